// Money on its way from the province to the bank, with nothing but the types of subsidy's contract.
import { as, sure } from "./office.js";
import type { components, paths } from "./subsidy.types.js";

const [address, officerToken, approverToken] = process.argv.slice(2) as [string, string, string];
const officer = as<paths>(address, officerToken);
const approver = as<paths>(address, approverToken);
const place = { area_code: "231100000000", office: "231100-employment-bureau" };
const fund = "reemployment";

/** Once and no more, however often it is sent. */
const key = () => ({ "Idempotency-Key": crypto.randomUUID() });
/** The same, about a thing as it was seen. */
const at = (version: number) => ({ ...key(), "If-Match": `"v${version}"` });

await officer.POST("/v1/appropriations", {
  params: { header: key() },
  body: { fund, source: "province", amount: "1000.00", received_on: "2003-01-06", year: 2003, ...place },
});

const plan: components["schemas"]["DraftBudget"] = {
  fund,
  year: 2003,
  drafted_on: "2003-01-10",
  sources: [{ source: "province", amount: "1000.00" }],
  lines: [{ use_code: "training-subsidy", amount: "600.00" }],
  ...place,
};
const drafted = await officer.POST("/v1/budgets", { params: { header: key() }, body: plan });
const draft = sure(drafted.data, "draft");
const path = { budget_id: draft.id };

const approval = { on: "2003-01-20", approval: "领导小组[2003]1号" };
const approved = await approver.POST("/v1/budgets/{budget_id}/approvals", {
  params: { path, header: at(draft.version) },
  body: approval,
});
const budget = sure(approved.data, "approved budget");

const line = crypto.randomUUID();
async function release(version: number, id: string, amount: string) {
  return officer.POST("/v1/budgets/{budget_id}/releases", {
    params: { path, header: at(version) },
    body: {
      on: "2003-07-01",
      lines: [{ id, use_code: "training-subsidy", amount, purpose: "再就业培训" }],
    },
  });
}
const tooMuch = await release(budget.version, crypto.randomUUID(), "600.01");
const released = await release(budget.version, line, "500.00");

async function reserve(amount: string) {
  return officer.POST("/v1/reservations", {
    params: { header: key() },
    body: { arrangement_id: line, amount, reserved_on: "2003-07-02", purpose: "培训补贴", ...place },
  });
}
const short = await reserve("500.01");
const reserved = sure((await reserve("90.00")).data, "reservation");
async function commit(by: typeof officer) {
  return by.POST("/v1/reservations/{reservation_id}/commitments", {
    params: { path: { reservation_id: reserved.id }, header: at(reserved.version) },
    body: { on: "2003-07-03" },
  });
}
const committed = await commit(approver);

/** Proposed by one person, confirmed by another. */
async function payee(kind: components["schemas"]["RegisterPayee"]["kind"], number: string) {
  const account = {
    name: "第一技工学校",
    number,
    clearing_code: "102261000018",
    proposed_on: "2003-07-01",
    reason: "开户许可证",
  };
  const registered = await officer.POST("/v1/payees", {
    params: { header: key() },
    body: { kind, reference_id: crypto.randomUUID(), account, ...place },
  });
  const made = sure(registered.data, "payee");
  const account_id = sure(made.waiting_account_id, "account that waits");
  const decided = await approver.POST("/v1/payees/{payee_id}/accounts/{account_id}/decisions", {
    params: { path: { payee_id: made.id, account_id }, header: key() },
    body: { confirmed: true, decided_on: "2003-07-02", note: "核对一致" },
  });
  return sure(decided.data, "confirmed payee");
}
const payer = await payee("fund", "23110010000001");
const school = await payee("provider", "23110010000002");

const made = await officer.POST("/v1/payment-batches", {
  params: { header: key() },
  body: {
    reservation_id: reserved.id,
    payer_id: payer.id,
    made_on: "2003-08-01",
    execute_on: "2003-08-02",
    lines: [
      { payee_id: school.id, amount: "60.00", purpose: "培训补贴", about: crypto.randomUUID() },
    ],
    ...place,
  },
});
const batch = sure(made.data, "batch");
async function agree(by: typeof officer, content_hash: string) {
  return by.POST("/v1/payment-batches/{batch_id}/approvals", {
    params: { path: { batch_id: batch.id }, header: key() },
    body: { approved_on: "2003-08-01", content_hash },
  });
}
const unseen = await agree(approver, "0".repeat(64));
const agreed = await agree(approver, batch.content_hash);

const position = await officer.GET("/v1/funds/{fund}", { params: { path: { fund } } });
const money = sure(position.data, "position of the fund");

const problem = sure(short.error, "problem");
console.log(
  JSON.stringify({
    draft: draft.state,
    approved: budget.state,
    too_much: sure(tooMuch.error, "problem").code,
    released: sure(released.data, "released budget").released,
    short: {
      status: short.response.status,
      code: problem.code,
      title: problem.title,
      detail: problem.detail,
    },
    committed: sure(committed.data, "committed reservation").state,
    account: sure(school.accounts[0], "account").number_masked,
    unseen: sure(unseen.error, "problem").code,
    batch: [batch.state, batch.amount, sure(agreed.data, "approved batch").state],
    fund: {
      received: money.received,
      arranged: money.arranged,
      committed: money.committed,
      ordered: money.ordered,
    },
  }),
);
