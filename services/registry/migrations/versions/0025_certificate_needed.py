"""Months that were given to people without a certificate, or after it had expired, are causes too."""

from kit import migrations

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    migrations.execute(
        "alter table benefit_overlap drop constraint benefit_overlap_cause_check,"
        " add constraint benefit_overlap_cause_check check (cause in ('duplicate-grant', 'merge',"
        " 'after-life-fact', 'without-certificate', 'after-revocation', 'while-suspended',"
        " 'after-expiry', 'over-limit'))"
    )
