"""From a job to an MP4: palettes, painted scenes, what each operation does with its inputs, caption, sound, encoder."""
