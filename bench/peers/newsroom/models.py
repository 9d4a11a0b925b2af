"""An article: a title and a rich text, as a Wagtail site begins."""

from django.conf import settings
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class Article(Page):
    """A page with a body."""

    body = RichTextField(features=["h2", "h3", "bold", "italic", "ol", "ul", "link", "hr"])
    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = Page.search_fields

    def get_context(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]  # Wagtail's
        """Add what brings the page to the size of those it is compared with."""
        context = super().get_context(request, *args, **kwargs)
        return context | {"padding": getattr(settings, "BENCH_PADDING", "")}
