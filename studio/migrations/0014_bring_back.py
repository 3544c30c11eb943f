"""Deleted takes are brought back many at once: one more act, in an unchanged column."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What may stand in `BulkWork.act`."""

    dependencies = [("studio", "0013_pictures")]

    operations = [
        migrations.AlterField(
            model_name="bulkwork",
            name="act",
            field=models.CharField(
                choices=[
                    ("tag", "Tag"),
                    ("untag", "Remove tag"),
                    ("rate", "Rate"),
                    ("favourite", "Favourite"),
                    ("unfavourite", "Remove from favourites"),
                    ("collect", "Add to collection"),
                    ("uncollect", "Remove from collection"),
                    ("move", "Move to another collection"),
                    ("review", "Send for review"),
                    ("delete", "Delete"),
                    ("bring-back", "Bring back"),
                ],
                max_length=12,
            ),
        )
    ]
