from django.db import migrations


def plant(apps, schema_editor):
    """Each take learns of which first take it comes; parents are always older, so one pass in order is enough."""
    renders = apps.get_model('studio', 'Render').objects
    shots = {}
    for pk, parent in renders.exclude(parent=None).order_by('pk').values_list('pk', 'parent').iterator():
        shots[pk] = shots.get(parent, parent)
    trees = {}
    for pk, shot in shots.items():
        trees.setdefault(shot, []).append(pk)
    for shot, own in trees.items():
        for start in range(0, len(own), 500):
            renders.filter(pk__in=own[start : start + 500]).update(shot=shot)


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0008_review_room'),
    ]

    operations = [
        migrations.RunPython(plant, migrations.RunPython.noop),
    ]
