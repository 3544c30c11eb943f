import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

NOUNS = ('take', 'asset', 'prompt')


def make_tables(apps, schema_editor):
    """One table of words for each noun; the words come from a job, so that an upgrade does not wait for them."""
    for noun in NOUNS:
        table = f'studio_search_{noun}'
        if schema_editor.connection.vendor == 'sqlite':
            # Words come ready made and parted by spaces: this tokenizer changes nothing in them.
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5("
                "place, main, names, talk, tokenize = 'ascii', prefix = '2 3')"
            )
        else:
            schema_editor.execute(f'CREATE TABLE {table} (id bigint PRIMARY KEY, vector tsvector NOT NULL)')
            # Written at once: nobody has to clean up behind a list of what is still to be sorted in.
            schema_editor.execute(
                f'CREATE INDEX {table}_words ON {table} USING gin (vector) WITH (fastupdate = off)'
            )


def drop_tables(apps, schema_editor):
    for noun in NOUNS:
        schema_editor.execute(f'DROP TABLE studio_search_{noun}')


def ask_to_fill(apps, schema_editor):
    tables = {'take': 'Render', 'asset': 'Asset', 'prompt': 'Prompt'}
    for noun, name in tables.items():
        if apps.get_model('studio', name).objects.exists():
            apps.get_model('studio', 'SearchWork').objects.create(noun=noun)


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0011_matrices'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(max_length=10)),
                ('after', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studio.project')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='render',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['-id', 'project', 'state', 'review_state', 'operation', 'model', 'provider', 'aspect_ratio', 'resolution', 'seconds', 'asked_by', 'created_at', 'rating', 'currency', 'price', 'estimate', 'lineage'], name='render_filters'),
        ),
        migrations.RunPython(make_tables, drop_tables),
        migrations.RunPython(ask_to_fill, migrations.RunPython.noop),
    ]
