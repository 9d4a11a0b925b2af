"""Articles."""

import django.db.models.deletion
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of articles."""

    initial = True
    dependencies = [("wagtailcore", "0091_remove_revision_submitted_for_moderation")]
    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("page_ptr", models.OneToOneField(
                    auto_created=True, on_delete=django.db.models.deletion.CASCADE,
                    parent_link=True, primary_key=True, serialize=False, to="wagtailcore.page",
                )),
                ("body", wagtail.fields.RichTextField()),
            ],
            bases=("wagtailcore.page",),
        ),
    ]  # fmt: skip
