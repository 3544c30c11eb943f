// What the scripts say, in the reader's language. A page in another language than English has loaded its catalog before,
// which brings these three; in English each answers with what it was asked.

globalThis.gettext ??= (text) => text;
globalThis.ngettext ??= (one, many, number) => (number === 1 ? one : many);
globalThis.pgettext ??= (_context, text) => text;
globalThis.interpolate ??= (format, values) => format.replace(/%\((\w+)\)s/g, (_found, name) => String(values[name]));
