"""A suspension stops a certificate by itself: what takes a revocation back leaves it."""

from kit import migrations

revision = "0006"
down_revision = "0005"

SQL = """
alter table known_certificate add column suspended_on date;
comment on table known_certificate is
  'From registry.certificate.issued, .suspended, .reinstated, .revoked and .restored.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
