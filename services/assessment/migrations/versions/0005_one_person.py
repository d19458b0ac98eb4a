"""Which records are one person, from the facts that are kept already; and its shadow."""

from kit import migrations

revision = "0005"
down_revision = "0004"

#: Merges were kept before they were folded: the newest telling of each record.
KEPT = """
insert into identity_link (merged_id, sequence, told_by, survivor_id, since)
select distinct on (entity_id) entity_id, sequence, id,
       case when reverses is null then (data ->> 'survivor_id')::uuid end,
       case when reverses is null then valid_from end
  from fact
 where type in ('registry.worker.merged.v1', 'registry.worker.unmerged.v1')
 order by entity_id, sequence desc
"""


def upgrade() -> None:
    migrations.identities("identity_link", "identity_link_shadow")
    migrations.execute(KEPT)
