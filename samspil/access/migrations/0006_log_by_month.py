from django.db import migrations

from samspil.access.dividing import divide_by_migration


class Migration(migrations.Migration):
    """On PostgreSQL the log is divided by months. There is no way back: the rows would be copied under a lock."""

    # Each step stands by itself: the index is built while others write, and a lock that is not had is tried again.
    atomic = False
    dependencies = [("access", "0005_cluster_leadership")]

    operations = [migrations.RunPython(divide_by_migration)]
