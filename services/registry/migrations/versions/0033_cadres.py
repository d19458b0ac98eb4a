"""A woman who is a cadre retires later: the record says so, with the paper that shows it (R18)."""

from kit import migrations

revision = "0033"
down_revision = "0032"

SQL = """
alter table worker
    add column cadre boolean not null default false,
    add column cadre_reference text,
    add column cadre_proved_on date,
    add constraint worker_cadre_proved
        check (cadre = (cadre_reference is not null) and cadre = (cadre_proved_on is not null));
comment on column worker.cadre is '干部身份; cadre_reference, cadre_proved_on: the paper that shows it.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
