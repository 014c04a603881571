from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_append_only_log")]

    operations = [
        migrations.AddIndex(
            model_name="accessrecord",
            index=models.Index(fields=["role", "-at"], name="log_of_role"),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("break_glass", "emergency access"),
                    ("consent", "consent"),
                    ("invitation", "invitation"),
                    ("task", "task"),
                    ("proxy", "power of proxy"),
                ],
                max_length=20,
            ),
        ),
    ]
