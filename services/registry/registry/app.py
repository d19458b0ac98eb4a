"""Registry, put together: nouns, what it tells, what it hears, how its refusals are told."""

from __future__ import annotations

from kit import cli
from kit.problems import Problem
from kit.refusal import Refusal
from kit.service import Service
from registry.areas import api as areas_api
from registry.areas import domain as areas
from registry.benefits import api as benefits_api
from registry.certificates import api as certificates_api
from registry.certificates import domain as certificates
from registry.consumers import SUBSCRIPTIONS
from registry.corrections import api as corrections_api
from registry.difficulties import api as difficulties_api
from registry.difficulties import domain as difficulties
from registry.events import CATALOGUE
from registry.labour_status import api as labour_status_api
from registry.labour_status import domain as labour_status
from registry.offices import api as offices_api
from registry.offices import domain as offices
from registry.pairings import api as pairings_api
from registry.pairings import domain as pairings
from registry.reliefs import api as reliefs_api
from registry.reliefs import domain as reliefs
from registry.workers import api as workers_api
from registry.workers import domain as workers


def _told(
    kind: type[Refusal], status: int, zh: str, en: str, detail: tuple[str, str] | None = None
) -> tuple[type[Exception], Problem]:
    detail_zh, detail_en = detail or (None, None)
    return kind, Problem(status, kind.code, zh, en, detail_zh, detail_en)


PROBLEMS: dict[type[Exception], Problem] = dict(
    [
        _told(areas.AreaExists, 409, "区划代码已存在", "The area code is in use"),
        _told(areas.NoSuchArea, 422, "没有此区划", "There is no such area"),
        _told(areas.CodeIsCountry, 422, "区划代码无效", "The area code is not valid"),
        _told(offices.OfficeExists, 409, "机构代码已存在", "The office code is in use"),
        _told(offices.NoSuchOffice, 422, "没有此机构", "There is no such office"),
        _told(workers.NoSuchWorker, 422, "没有此劳动者", "There is no such worker"),
        _told(workers.IdNumberTaken, 409, "身份号码已登记", "The ID number is registered already"),
        _told(workers.SexDiffers, 422, "性别与身份号码不符", "The sex is not that of the ID number"),
        _told(
            workers.BirthDateDiffers, 422,
            "出生日期与身份号码不符", "The birth date is not that of the ID number",
        ),
        _told(workers.StatusBeforeBirth, 422, "日期早于出生日期", "The date is before the birth date"),
        _told(
            workers.AgreementEndsBeforeStart, 422,
            "协议起止日期有误", "The agreement's dates do not fit",
        ),
        _told(workers.SameCategory, 409, "类别未变", "The category is the same"),
        _told(labour_status.StatusUnchanged, 409, "状态未变", "The status is the same"),
        _told(
            labour_status.EmployedIsDerived, 422,
            "在业由就业确认产生，不在此申报", "Employment follows from a confirmed placement",
        ),
        _told(
            labour_status.FinalStatus, 409,
            "退休或死亡后不再申报", "Nothing is declared after retirement or death",
        ),
        _told(certificates.NoSuchCertificate, 422, "没有此优惠证", "There is no such certificate"),
        _told(
            certificates.CertificateExists, 409,
            "已有在办或持有的优惠证", "A certificate is under way or in hand",
        ),
        _told(
            certificates.WrongState, 409, "当前状态不能办理此环节", "The step does not follow this state",
            ("现状态：{state}", "It is {state}"),
        ),
        _told(
            certificates.OutOfOrder, 422, "日期早于上一环节", "The day is before the step before it",
            ("不早于 {not_before}", "Not before {not_before}"),
        ),
        _told(
            certificates.PublicityNotOver, 409, "公示期未满", "The days of publicity are not over",
            ("公示 {days} 天", "{days} days of publicity"),
        ),
        _told(
            certificates.LawNotInForce, 422,
            "该日期尚无发证规定", "No law grants certificates on that day",
        ),
        _told(difficulties.NoSuchDifficulty, 422, "没有此认定", "There is no such recognition"),
        _told(difficulties.AlreadyRecognised, 409, "已认定", "Recognised already"),
        _told(difficulties.LawNotInForce, 422, "该日期尚无认定规定", "No law recognises on that day"),
        _told(difficulties.NotRecognised, 409, "未在认定中", "Not recognised now"),
        _told(
            difficulties.ExitBeforeRecognition, 422,
            "退出早于认定", "The exit is before the recognition",
        ),
        _told(reliefs.ItemOfOtherKind, 422, "项目与种类不符", "The item is of another kind"),
        _told(
            reliefs.ReliefNotInForce, 422,
            "该日期不在减免政策执行期内", "No relief of this kind is in force on that day",
        ),
        _told(reliefs.PeriodReversed, 422, "期间起止有误", "The period ends before it begins"),
        _told(
            reliefs.PersonNeedsWorker, 422,
            "受益人与劳动者不一致", "The beneficiary is another worker",
        ),
        _told(pairings.AlreadyPaired, 409, "已结对", "Paired already"),
    ]
)  # fmt: skip

SERVICE = Service(
    name="registry",
    package="registry",
    title_zh="登记与认定",
    title_en="Registry",
    description="劳动者、劳动状态、再就业优惠证、困难对象、享受记录、税费减免与结对帮扶。"
    " Workers, labour status, certificates, recognition, benefits, reliefs and pairings.",
    catalogue=CATALOGUE,
    routers=[
        *areas_api.routers,
        *offices_api.routers,
        *workers_api.routers,
        *labour_status_api.routers,
        *corrections_api.routers,
        *certificates_api.routers,
        *difficulties_api.routers,
        *benefits_api.routers,
        *reliefs_api.routers,
        *pairings_api.routers,
    ],
    problems=PROBLEMS,
    subscriptions=SUBSCRIPTIONS,
)


def main() -> None:
    """The service's command line."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
