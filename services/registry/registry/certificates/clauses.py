"""The conditions that a law puts to an application, each with its clause and the facts it looks at."""

from __future__ import annotations

from kit.decisions import Clause

CATEGORY = Clause(
    "category-claimed", "中发[2002]12号 R1",
    "申报属于四类对象之一", "claims one of the four categories",
    ("category",),
)  # fmt: skip
NOT_INTERNALLY_RETIRED = Clause(
    "not-internally-retired", "劳社部发[2002]20号 R2",
    "不属于企业内部退养人员", "is not retired internally",
    ("internally_retired",),
)  # fmt: skip
NOT_SETTLED = Clause(
    "not-settled-before", "中发[2002]12号 R2",
    "文件下发前未自谋职业、无稳定收入", "had neither a trade nor a stable income before the document",
    ("self_employed_since", "stable_income_since"),
)  # fmt: skip
NOT_REEMPLOYED = Clause(
    "not-reemployed", "劳社部发[2002]20号 R1a, R2",
    "申请时尚未再就业", "is not yet employed again on the day of application",
    ("labour_status",),
)  # fmt: skip
NOT_LEFT = Clause(
    "of-the-labour-force", "policy R17",
    "未退休、死亡、参军、出境定居、服刑或完全丧失劳动能力",
    "is neither retired, deceased, enlisted, emigrated, imprisoned nor incapacitated",
    ("labour_status",),
)  # fmt: skip
STATE_OWNED = Clause(
    "former-enterprise-state-owned", "中发[2002]12号 R1",
    "原单位为国有企业", "worked for a state-owned enterprise",
    ("former_enterprise_kind",),
)  # fmt: skip
CENTRE = Clause(
    "centre-agreement", "劳社部发[2002]20号 R1a(1)",
    "与再就业服务中心签订协议（在中心或协议期满）",
    "has an agreement with a re-employment centre (in it, or expired)",
    ("centre_agreement_on",),
)  # fmt: skip
RELATION_KEPT = Clause(
    "laid-off", "劳社部发[2002]20号 R1a(1)",
    "处于下岗状态（劳动关系未解除）", "is laid off with the labour relation kept",
    ("labour_status",),
)  # fmt: skip
REGISTERED = Clause(
    "registered-unemployed", "劳社部发[2002]20号 R1a(2)",
    "已登记失业", "is registered as unemployed",
    ("labour_status",),
)  # fmt: skip
DRAWING = Clause(
    "drawing-unemployment-insurance", "劳社部发[2002]20号 R1a(2)",
    "正在领取失业保险金（地方规定的，含领取期满）",
    "draws unemployment insurance (or has drawn all of it, where the city says so)",
    ("drawing_unemployment_insurance", "unemployment_insurance"),
)  # fmt: skip
#: As it was asked before there was a mirror of the insurance.
DRAWING_CLAIMED = Clause(
    "drawing-unemployment-insurance", "劳社部发[2002]20号 R1a(2)",
    "正在领取失业保险金", "draws unemployment insurance",
    ("drawing_unemployment_insurance",),
)  # fmt: skip
CLOSED = Clause(
    "enterprise-closed", "劳社部发[2002]20号 R1a(3)",
    "原单位按国家计划关闭破产（关闭破产企业名单先于本人申报）",
    "the enterprise was closed under the national plan (the list of those goes before the claim)",
    ("former_enterprise_closed", "closure_list"),
)  # fmt: skip
#: As it was asked before there was a list.
CLOSED_CLAIMED = Clause(
    "enterprise-closed", "劳社部发[2002]20号 R1a(3)",
    "原单位按国家计划关闭破产", "the enterprise was closed under the national plan",
    ("former_enterprise_closed",),
)  # fmt: skip
SETTLEMENT = Clause(
    "settlement-received", "劳社部发[2002]20号 R1a(3)",
    "已领取一次性安置费", "took the one-off settlement",
    ("settlement_received",),
)  # fmt: skip
DIBAO = Clause(
    "dibao", "劳社部发[2002]20号 R1a(4)",
    "享受城市居民最低生活保障（民政部门的名单先于本人申报）",
    "receives the minimum living allowance (the civil affairs office's list goes before the claim)",
    ("dibao", "dibao_list"),
)  # fmt: skip
#: As it was asked before the list was matched.
DIBAO_CLAIMED = Clause(
    "dibao", "劳社部发[2002]20号 R1a(4)",
    "享受城市居民最低生活保障", "receives the minimum living allowance",
    ("dibao",),
)  # fmt: skip
DIBAO_JOBLESS = Clause(
    "unemployed-long-enough", "劳社部发[2002]20号 R1a(4)",
    "登记失业满规定期限", "has been registered as unemployed long enough",
    ("labour_status", "jobless_since", "status_since"),
)  # fmt: skip
WORKED_BEFORE = Clause(
    "employed-before", "劳社部发[2002]20号 R1a(4)",
    "曾经就业", "was employed before",
    ("former_enterprise_kind",),
)  # fmt: skip

# --- 2006

CATEGORY_2006 = Clause(
    "category-claimed", "国发[2005]36号 R3",
    "申报属于规定的对象之一", "claims one of the categories in force",
    ("category",),
)  # fmt: skip
NOT_SETTLED_2006 = Clause(
    "not-settled-before", "国发[2005]36号 R2",
    "规定日期前未自谋职业、无稳定收入", "had neither a trade nor a stable income before the day that is set",
    ("self_employed_since", "stable_income_since"),
)  # fmt: skip
BELOW_RETIREMENT = Clause(
    "below-retirement-age", "policy R17, R18",
    "未达到法定退休年龄（女干部为五十五周岁）",
    "is below the statutory age of retirement (a woman who is a cadre: 55)",
    ("sex", "birth_date", "cadre"),
)  # fmt: skip
#: As it was asked before the record told a cadre from a worker.
BELOW_RETIREMENT_OF_WORKERS = Clause(
    "below-retirement-age", "policy R17, R18",
    "未达到法定退休年龄", "is below the statutory age of retirement",
    ("sex", "birth_date"),
)  # fmt: skip
LAID_OFF_2006 = Clause(
    "laid-off", "国发[2005]36号 R3",
    "处于下岗状态（劳动关系未解除）", "is laid off with the labour relation kept",
    ("labour_status",),
)  # fmt: skip
REGISTERED_2006 = Clause(
    "registered-unemployed", "国发[2005]36号 R3",
    "已登记失业", "is registered as unemployed",
    ("labour_status",),
)  # fmt: skip
SOE_COLLECTIVE = Clause(
    "former-enterprise-soe-run-collective", "国发[2005]36号 R3",
    "原单位为国有企业所办集体企业（厂办大集体）", "worked for a collective enterprise that an SOE runs",
    ("former_enterprise_kind",),
)  # fmt: skip
ANY_COLLECTIVE = Clause(
    "former-enterprise-collective", "地方办法 R3",
    "原单位为城镇集体企业", "worked for an urban collective enterprise",
    ("former_enterprise_kind",),
)  # fmt: skip
ZERO_EMPLOYMENT = Clause(
    "zero-employment-household", "地方办法 R3, R7",
    "经认定的零就业家庭成员", "is a member of a recognised zero-employment household",
    ("zero_employment_household",),
)  # fmt: skip
