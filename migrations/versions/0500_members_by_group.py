"""Who is in a group is found by the group, not by reading all members of all groups."""

from alembic import op

revision = "0500"
down_revision = "0490"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_group_member_group_id", "group_member", ["group_id"])


def downgrade() -> None:
    op.drop_index("ix_group_member_group_id", "group_member")
