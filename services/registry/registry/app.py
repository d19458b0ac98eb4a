"""Registry, put together: nouns, what it tells, what it hears, how its refusals are told."""

from __future__ import annotations

from kit import cli
from kit.indexes import Hashed
from kit.rotation import Sealed
from kit.service import Command, Job, Service
from registry.access import api as access
from registry.approvals import api as approvals
from registry.areas import api as areas
from registry.benefits import api as benefits
from registry.calendars import api as calendars
from registry.calendars import usecases as calendar_work
from registry.certificates import api as certificates
from registry.certificates import ending as certificates_ending
from registry.closures import api as closures
from registry.confirmations import api as confirmations
from registry.consumers import SUBSCRIPTIONS
from registry.contribution_notices import api as contribution_notices
from registry.contributions import api as contributions
from registry.corrections import api as corrections
from registry.credentials import api as credentials
from registry.custody import api as custody
from registry.difficulties import api as difficulties
from registry.dossiers import api as dossiers
from registry.duplicates import api as duplicates
from registry.duplicates import usecases as duplicate_work
from registry.events import CATALOGUE
from registry.filings import api as filings
from registry.grants import api as grants
from registry.inspections import api as inspections
from registry.inspections import usecases as inspection_work
from registry.insurance_refunds import api as insurance_refunds
from registry.intake import INTAKE
from registry.labour_status import api as labour_status
from registry.life_facts import api as life_facts
from registry.losses import api as losses
from registry.merges import api as merges
from registry.notices import api as notices
from registry.notices import usecases as notices_work
from registry.objections import api as objections
from registry.offices import api as offices
from registry.pairings import api as pairings
from registry.publications import api as publications
from registry.rederiving import rederive
from registry.reliefs import api as reliefs
from registry.retirements import api as retirements
from registry.reveals import api as reveals
from registry.revocations import api as revocations
from registry.staffing import api as staff_findings
from registry.staffing import usecases as staffing
from registry.unemployment import api as unemployment
from registry.unemployment_insurance import api as unemployment_insurance
from registry.workers import api as workers
from registry.worklist import api as worklist

#: In the order in which the contract shows them.
NOUNS = (
    areas,
    offices,
    calendars,
    closures,
    workers,
    labour_status,
    life_facts,
    notices,
    contribution_notices,
    contributions,
    filings,  # its fixed paths come before the registrations' ids
    unemployment,
    unemployment_insurance,
    insurance_refunds,
    retirements,
    corrections,
    duplicates,
    merges,
    certificates,
    objections,
    publications,
    approvals,
    revocations,
    inspections,
    losses,
    custody,
    credentials,
    difficulties,
    confirmations,  # its fixed path comes before the benefits' ids
    grants,
    benefits,
    reliefs,
    pairings,
    dossiers,
    access,
    reveals,
    worklist,
    staff_findings,
)

#: Every column that holds personal values encrypted.
SEALED = [
    Sealed(table, column)
    for table, columns in {
        "worker": ("id_number", "name", "phone", "address", "household_number"),
        "worker_change": ("sealed", "sealed_previous"),
        "correction_request": ("sealed", "sealed_expected"),
    }.items()
    for column in columns
]
#: Keyed hashes. What is told of a person binds by the hash of the number, whoever that is.
HASHED = (
    Hashed(
        "worker", ("id_number_index", "name_index", "sound_index", "household_index"),
        "id_number_index",
        # Compared again with the others: alike were only those under the same key.
        also=", changed_xid = pg_current_xact_id()",
    ),
    Hashed("life_fact", ("subject_index",), "subject_index"),
    Hashed("insurance_fact", ("subject_index",), "subject_index"),
    Hashed("worker_change", ("previous_index",), "previous_index"),
)  # fmt: skip
#: What a day brings to certificates is looked for every hour: it brings it to thousands at once.
JOBS = (
    Job("settle-life-facts", 5, notices_work.settle),
    # A tenth of one core at the most: registering and serving come first.
    Job("find-duplicates", 5, duplicate_work.find_new),
    Job("seed-calendar", 24 * 3600, calendar_work.refresh_seed),
    Job("expire-certificates", 3600, certificates_ending.expire_certificates),
    Job("suspend-uninspected", 3600, inspection_work.suspend_uninspected),
)
#: What an auditor asks, beside the platform's commands.
COMMANDS = (
    Command(
        "rederive", "derive decisions again from their records; 1 when one differs", rederive,
        "a decision, or what it is about; all decisions when absent",
    ),
)  # fmt: skip

SERVICE = Service(
    name="registry",
    package="registry",
    title_zh="登记与认定",
    title_en="Registry",
    description="劳动者、劳动状态、再就业优惠证、优惠证凭证、困难对象、享受记录、税费减免与结对帮扶。"
    " Workers, labour status, certificates, credentials, recognition, benefits, reliefs and pairings.",
    catalogue=CATALOGUE,
    routers=[router for noun in NOUNS for router in noun.routers],
    problems=dict(problem for noun in NOUNS for problem in noun.problems),
    subscriptions=SUBSCRIPTIONS,
    intake=INTAKE,
    sealed=SEALED,
    hashed=HASHED,
    jobs=JOBS,
    commands=COMMANDS,
    callers=staffing.admitted,
)


def main() -> None:
    """The service's command line."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
