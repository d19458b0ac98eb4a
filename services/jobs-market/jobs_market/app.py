"""jobs-market put together: its rooms, what its refusals mean in HTTP, its command line."""

from __future__ import annotations

from jobs_market import outcomes
from jobs_market.consumers import SUBSCRIPTIONS
from jobs_market.employers import api as employers_api
from jobs_market.employers import domain as employers
from jobs_market.enrolments import api as enrolments_api
from jobs_market.enrolments import domain as enrolments
from jobs_market.events import CATALOGUE
from jobs_market.jobseekers import api as jobseekers_api
from jobs_market.jobseekers import domain as jobseekers
from jobs_market.placements import api as placements_api
from jobs_market.placements import domain as placements
from jobs_market.posts import api as posts_api
from jobs_market.posts import domain as posts
from jobs_market.public_welfare_posts import api as welfare_api
from jobs_market.public_welfare_posts import domain as welfare
from jobs_market.referrals import api as referrals_api
from jobs_market.referrals import domain as referrals
from jobs_market.training_classes import api as classes_api
from jobs_market.training_classes import domain as classes
from jobs_market.vacancies import api as vacancies_api
from jobs_market.vacancies import domain as vacancies
from jobs_market.workers import domain as workers
from kit import cli, findings, problems
from kit.problems import Problem
from kit.refusal import Refusal
from kit.service import Service

_TEXTS: list[tuple[int, type[Refusal], str, str]] = [
    (422, outcomes.NotInForce, "当日无适用的政策参数", "No parameter was in force on that day"),
    (422, employers.InvalidUscc, "统一社会信用代码有误", "The credit code is not valid"),
    (409, employers.UsccTaken, "统一社会信用代码已登记", "An employer has this credit code"),
    (
        422,
        employers.OrganisationCodeDiffers,
        "组织机构代码与统一社会信用代码不符",
        "The organisation code is not the one in the credit code",
    ),
    (
        409,
        employers.OrganisationCodeTaken,
        "组织机构代码已登记",
        "An employer has this organisation code",
    ),
    (422, employers.UnknownEmployer, "没有此用人单位", "There is no such employer"),
    (422, posts.UnknownPost, "没有此岗位", "There is no such post"),
    (409, posts.PostAlreadyLost, "岗位已登记减少", "The post is lost already"),
    (422, posts.LostBeforeOpened, "减少日期早于新增日期", "Lost before it was opened"),
    (409, vacancies.VacancyClosed, "空岗已关闭", "The vacancy is closed"),
    (422, vacancies.VacancyNotReportedYet, "日期早于空岗申报日期", "Before it was reported"),
    (422, vacancies.UnknownVacancy, "没有此空岗", "There is no such vacancy"),
    (409, jobseekers.AlreadySeeking, "求职登记仍有效", "A registration is still valid"),
    (409, jobseekers.NotSeeking, "求职登记当日无效", "The registration is not valid on that day"),
    (422, jobseekers.UnknownJobseeker, "没有此求职登记", "There is no such registration"),
    (409, referrals.AlreadyReferred, "此人已介绍过该空岗", "This person was referred to it before"),
    (409, referrals.ReferralResolved, "介绍已有结果", "The referral has its outcome"),
    (422, referrals.ResolvedBeforeIssued, "结果日期早于介绍日期", "Resolved before it was issued"),
    (422, referrals.ReferralNotHired, "介绍信不是此人的录用结果", "Not a hiring of this person"),
    (422, placements.UnknownPlacement, "没有此就业记录", "There is no such placement"),
    (409, placements.AlreadyPlaced, "此人同期已有已确认的就业", "Already placed on these days"),
    (409, workers.DeadOrRetired, "此人当日已死亡或退休", "Dead or retired on that day"),
    (409, placements.WrongPlacementState, "当前状态不能办理", "Not possible in this state"),
    (422, placements.EvidenceDoesNotFit, "凭证与内容不符", "The evidence does not fit"),
    (422, placements.ChannelDoesNotFit, "就业渠道与内容不符", "The channel does not fit"),
    (422, placements.ContractTooShort, "劳动合同期限不足", "The contract is too short"),
    (422, placements.DatesOutOfOrder, "日期先后有误", "The dates are out of order"),
    (422, welfare.UnknownPublicWelfarePost, "没有此公益性岗位", "No such public-welfare post"),
    (409, welfare.NotInDifficulty, "当日未认定为就业困难人员", "Not recognised as in difficulty"),
    (409, welfare.PostOccupied, "公益性岗位同期已有人", "The post is occupied on these days"),
    (422, welfare.PostNotDeveloped, "岗位尚未开发或不属该单位", "Not yet developed, or another's"),
    (409, welfare.NotTheOccupant, "此人不在该岗位", "Not the occupant of the post"),
    (422, classes.UnknownTrainingClass, "没有此培训班", "There is no such class"),
    (409, classes.ClassCompleted, "培训班已结业", "The class is completed"),
    (409, classes.ResultsMissing, "尚有学员无结果", "Some results are missing"),
    (422, classes.ClassNotOver, "培训班尚未结束", "The class is not over"),
    (422, classes.ClassDatesOutOfOrder, "培训班日期先后有误", "The dates are out of order"),
    (409, enrolments.AlreadyEnrolled, "此人已参加该班", "Already enrolled in this class"),
    (409, enrolments.AlreadyResulted, "已有培训结果", "There is a result already"),
    (422, enrolments.ResultBeforeEnrolment, "结果日期早于参训日期", "Before the enrolment"),
]

PROBLEMS: dict[type[Exception], Problem] = {
    **{kind: Problem(status, kind.code, zh, en) for status, kind, zh, en in _TEXTS},
    workers.WorkerNotYetKnown: problems.NOT_YET_KNOWN,
}

_ROOMS = (
    employers_api, posts_api, vacancies_api, jobseekers_api, referrals_api, placements_api,
    welfare_api, classes_api, enrolments_api,
)  # fmt: skip

SERVICE = Service(
    name="jobs-market",
    package="jobs_market",
    title_zh="就业服务",
    title_en="Jobs market",
    description="岗位、空岗、求职、介绍、就业安置、公益性岗位、培训。"
    " Posts, vacancies, job-seekers, referrals, placements, public-welfare posts, training.",
    catalogue=CATALOGUE,
    routers=[
        router
        for room in _ROOMS
        for router in (room.router, getattr(room, "imports", None))
        if router is not None
    ]
    + [findings.reading("jobs-market:placement:read")],
    problems=PROBLEMS,
    subscriptions=SUBSCRIPTIONS,
)


def main() -> None:
    """The command line: ``serve``, ``migrate`` and the rest (see ``kit.cli``)."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
