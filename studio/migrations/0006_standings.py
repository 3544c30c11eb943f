from django.db import migrations
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

FAILED = ('refused', 'failed', 'cancelled', 'expired', 'unconfirmed')


def tell_standings(apps, schema_editor):
    """What the ledger says of the takes there are, and when they were paid."""
    renders = apps.get_model('studio', 'Render').objects
    entries = apps.get_model('studio', 'LedgerEntry').objects
    settled = entries.filter(render=OuterRef('pk'), kind='settled')
    released = entries.filter(render=OuterRef('pk'), kind='released')
    renders.update(booked_at=Coalesce(Subquery(settled.values('created_at')[:1]), F('created_at')))
    renders.filter(Exists(released)).update(standing='released')
    renders.filter(Exists(settled), standing='reserved').update(standing='settled')
    doubtful = renders.filter(standing='reserved', state__in=FAILED)
    for render in doubtful.iterator():
        entries.create(
            render=render,
            kind='possibly',
            amount=render.estimate,
            currency=render.currency,
            note='It ended without a file, and nobody has said that it costs nothing',
            created_at=render.state_at,
        )
    doubtful.update(standing='possibly')


def forget(apps, schema_editor):
    """The columns go; the entries that the earlier version does not know go with them."""
    apps.get_model('studio', 'LedgerEntry').objects.filter(kind='possibly').delete()
    apps.get_model('studio', 'LedgerEntry').objects.filter(round__gt=1).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0005_money'),
    ]

    operations = [
        migrations.RunPython(tell_standings, forget),
    ]
