"""What a lying zero takes from the angles, so that sessions with either zero are compared from standing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """To this version; earlier sessions count as measured from standing until they are analysed again."""
    for name in ("tilt_zero_deg", "lambda_zero_deg"):
        op.add_column("analyses", sa.Column(name, sa.Double[float](), nullable=True))
