"""Months given to people past the statutory age of retirement are a cause of their own."""

from kit import migrations

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    migrations.execute(
        "alter table benefit_overlap drop constraint benefit_overlap_cause_check,"
        " add constraint benefit_overlap_cause_check check (cause in ('duplicate-grant', 'merge',"
        " 'after-life-fact', 'without-certificate', 'after-revocation', 'while-suspended',"
        " 'after-expiry', 'over-limit', 'after-retirement-age'))"
    )
