"""Who refused or ended an approval, and why; when a collecting body's filing was proposed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collecting_body", sa.Column("filing_proposed_on", sa.Date(), nullable=True))
    op.add_column("direct_haul_approval", sa.Column("refused_by", sa.String(length=16), nullable=True))
    op.add_column("direct_haul_approval", sa.Column("ended_by", sa.String(length=16), nullable=True))
    op.add_column("direct_haul_approval", sa.Column("end_reason", sa.String(length=500), nullable=True))


def downgrade() -> None:
    for name in ("end_reason", "ended_by", "refused_by"):
        op.drop_column("direct_haul_approval", name)
    op.drop_column("collecting_body", "filing_proposed_on")
