"""Assessment, put together: what it serves, hears and tells."""

from __future__ import annotations

from assessment.consumers import SUBSCRIPTIONS
from assessment.contributions import api as contributions
from assessment.events import CATALOGUE
from assessment.facts import api as facts
from assessment.figures import api as figures
from assessment.figures.domain import UnknownFigure
from assessment.indicators import api as indicators
from assessment.indicators import store as definitions
from assessment.indicators.domain import UnknownIndicator
from assessment.publications import api as publications
from assessment.reports import api as reports
from assessment.statistics import api as statistics
from assessment.statistics.domain import SourceMissing
from assessment.targets import api as targets
from assessment.targets.domain import (
    AlreadySigned,
    EffectiveTooEarly,
    NotSigned,
    NotTheIssuer,
    ParentDoesNotFit,
    TargetExists,
)
from kit import bulk, cli
from kit.problems import Problem
from kit.service import Service

PROBLEMS: dict[type[Exception], Problem] = {
    UnknownFigure: Problem(404, "unknown-figure", "没有这一指标数值", "There is no such figure"),
    UnknownIndicator: Problem(
        404, "unknown-indicator", "此日没有这一指标的定义", "No such indicator is in force on that day"
    ),
    SourceMissing: Problem(422, "source-missing", "须写明来源", "The source is missing"),
    AlreadySigned: Problem(409, "target-already-signed", "目标已签订", "The target is signed already"),
    NotSigned: Problem(409, "target-not-signed", "目标尚未签订", "The target is not signed yet"),
    NotTheIssuer: Problem(
        409, "not-the-issuer", "只有原下达者可以调整", "Only its issuer may adjust a target",
        "下达者为 {issuer}", "It was issued by {issuer}",
    ),
    EffectiveTooEarly: Problem(
        409, "effective-too-early", "生效日须晚于签订日和上次调整",
        "It must take effect after the signature and the last adjustment",
        "须晚于 {after}", "After {after}",
    ),
    ParentDoesNotFit: Problem(
        409, "parent-does-not-fit", "上级目标不存在或指标、年度不同",
        "The parent is unknown or of another indicator or year",
    ),
    TargetExists: Problem(
        409, "target-exists", "该下达者对此地此年此指标已有目标", "This issuer has already set this target"
    ),
}  # fmt: skip

SERVICE = Service(
    name="assessment",
    package="assessment",
    title_zh="目标考核",
    title_en="Assessment",
    description="指标、目标与由事实算得的数值。Targets, indicators and figures computed from facts.",
    catalogue=CATALOGUE,
    routers=(
        figures.router,
        contributions.router,
        reports.router,
        targets.router,
        indicators.router,
        statistics.router,
        publications.router,
        facts.router,
        bulk.reading("/v1/targets", "target", "assessment:target:read", tag="targets 目标责任"),
        bulk.reading(
            "/v1/statistics", "statistic", "assessment:statistic:read", tag="statistics 申报统计"
        ),
        bulk.reading(
            "/v1/publications",
            "publication",
            "assessment:publication:read",
            tag="publications 公布数",
        ),
    ),
    problems=PROBLEMS,
    subscriptions=SUBSCRIPTIONS,
)

#: A definition that cannot be evaluated stops the service here, before it opens anything.
DEFINITIONS = definitions.catalogue()


def main() -> None:
    """The console script ``assessment``."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
