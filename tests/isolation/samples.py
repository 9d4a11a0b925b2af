"""Values for the columns of rows made up for tests, where a plain one will not do."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

# What a column with a CHECK takes, or an iterator where it must differ. A new table with such a
# column needs a line here.
SAMPLES: dict[Any, Any] = {
    "access_request.answer": "refused",
    "access_request.kind": "right",
    "access_request.wanted": itertools.cycle(["page.view", "page.edit", "page.publish"]),
    "audit_checkpoint.position": itertools.count(1_000_001),
    "audit_purge.position": itertools.count(1_000_001),
    "audit_seal.position": itertools.count(1_000_001),
    "export_run.state": "waiting",
    "freeze.until": datetime(2026, 1, 2, tzinfo=UTC),
    "grant.reach": "subtree",
    "import_run.state": "waiting",
    "media.focal_x": 50,
    "media.focal_y": 50,
    "media.kind": "image",
    "media.number": 1,
    "media_use.place": "draft",
    "media_version.mime": "image/png",
    "media_version.number": 1,
    "invitation.reach": "subtree",
    "content_field.kind": "text",
    "content_type.stands": "tree",
    "notification.kind": "asked",
    "page.type": "page",
    "page_use.side": "draft",
    "release.state": "draft",
    "release_item.what": "publish",
    "review.state": "withdrawn",
    "live_words.number": itertools.count(1_000_001),
    "page_words.number": itertools.count(1_000_001),
    "role_permission.permission": "account.view",
    "saved_view.of": "pages",
    "schedule.state": "pending",
    "schedule.what": "publish",
    "share_opinion.said": "approved",
    "support_session.expires_at": datetime(2026, 1, 1, 0, 30, tzinfo=UTC),
    "support_session.number": itertools.count(1_000_001),
    "term.taxonomy": "tag",
    "verdict.said": "approved",
}
# Columns that may be empty, in rows where another then may not.
NEEDED = {
    "content_field.tenant_id",
    "content_type.tenant_id",
    "freeze.tenant_id",
    "grant.person_id",
    "group_member.tenant_id",
    "live_words.page_id",
    "page_template.tenant_id",
    "page_words.page_id",
    "person_group.tenant_id",
    "quota.tenant_id",
    "role.account_id",
    "support_session.started_at",
}
PLAIN: dict[Any, Any] = {
    int: 7, bool: False, dict: {}, list: [], bytes: b"", datetime: datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip
