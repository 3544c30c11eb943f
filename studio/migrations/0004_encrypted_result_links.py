from django.db import migrations

import studio.models.encryption


def encrypt(apps, schema_editor):
    """The links of takes that are being fetched, or could not be."""
    renders = apps.get_model('studio', 'Render').objects.exclude(result_url='')
    for pk, link in renders.values_list('pk', 'result_url'):
        renders.filter(pk=pk).update(result_url=str(studio.models.encryption.encrypted(link)))


def decrypt(apps, schema_editor):
    renders = apps.get_model('studio', 'Render').objects.exclude(result_url='')
    for pk, link in renders.values_list('pk', 'result_url'):
        renders.filter(pk=pk).update(result_url=studio.models.encryption.cipher().decrypt(link.encode()).decode())


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0003_reference_copies'),
    ]

    operations = [
        migrations.RunPython(encrypt, decrypt),
        migrations.AlterField(
            model_name='render',
            name='result_url',
            field=studio.models.encryption.EncryptedTextField(blank=True),
        ),
    ]
