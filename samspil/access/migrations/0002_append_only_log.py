from django.db import migrations

from samspil.access.triggers import install_by_migration, remove_by_migration


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunPython(install_by_migration, remove_by_migration)]
