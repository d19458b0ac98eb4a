"""What each granted line of a run is paid: all of its amount, or its share of too little money."""

from __future__ import annotations

from uuid import UUID

from kit.db import Tx
from subsidy.runs.domain import Priority, Run

_ORDERS: dict[Priority, str] = {
    "longest-enrolled": "m.since, l.enrolment_id, l.month",
    "smallest-amount": "l.amount, l.enrolment_id, l.month",
}
_BY_PRIORITY = """
with placed as (
    select l.id, sum(l.amount) over (order by {order}) as so_far
      from run_line l join run_member m using (run_id, enrolment_id, month)
     where l.run_id = $1 and l.verdict = 'granted')
update run_line l set funded = case when p.so_far <= $2 then l.amount else 0 end
  from placed p where p.id = l.id
"""
# The largest remainders have the fen that rounding down leaves; equal ones in the order of the lines.
_PRO_RATA = """
with part as (
    select id, amount * $2::numeric / $3 as share,
           floor(amount * $2::numeric / $3)::bigint as whole
      from run_line where run_id = $1 and verdict = 'granted'),
placed as (
    select p.id, p.whole, row_number() over (
               order by p.share - p.whole desc, l.enrolment_id, l.month) as place
      from part p join run_line l using (id)),
rest as (select $2 - sum(whole) as fen from part)
update run_line l set funded = p.whole + (p.place <= rest.fen)::int
  from placed p, rest where p.id = l.id
"""
#: Lines that have less than their amount, with what they have: for ``months.cut``.
SHARED = """
select id, funded as amount from run_line
 where run_id = $1 and verdict = 'granted' and funded < run_line.amount
"""
_FUNDED = """
select coalesce(sum(coalesce(funded, amount)), 0)::bigint from run_line
 where run_id = $1 and verdict = 'granted'
"""
_HASH = """
select sha256(string_agg(digest || int8send(coalesce(funded, amount)), ''
              order by payee_id, enrolment_id, month))
  from run_line where run_id = $1
"""


async def share(tx: Tx, run: Run, available: int) -> int:
    """What each granted line has of too little money, by the run's policy; answers the fen given."""
    if run.shortage == "pro-rata":
        await tx.execute(_PRO_RATA, run.id, available, run.totals.amount)
    else:
        assert run.priority is not None
        await tx.execute(_BY_PRIORITY.format(order=_ORDERS[run.priority]), run.id, available)
    funded: int = await tx.fetchval(_FUNDED, run.id)
    return funded


async def lines_hash(tx: Tx, run_id: UUID) -> bytes:
    """The hash over all lines with what each is paid; in one order, however they were decided."""
    return bytes(await tx.fetchval(_HASH, run_id) or b"")
