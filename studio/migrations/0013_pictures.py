from django.db import migrations, models


def forget_empty(apps, schema_editor):
    """Takes made before have no smaller posters yet: the studio makes them in the background, newest first."""
    apps.get_model("studio", "Output").objects.filter(card_posters={}).update(card_posters=None)


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0012_search"),
    ]

    operations = [
        migrations.AlterField(
            model_name="output",
            name="card_posters",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.RunPython(forget_empty, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="output",
            index=models.Index(
                condition=models.Q(("card_posters__isnull", True)), fields=["-id"], name="output_uncarded"
            ),
        ),
        migrations.AddIndex(
            model_name="render",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent", "-id"], name="render_children"
            ),
        ),
    ]
