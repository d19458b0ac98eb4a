// What a frontend does at the window, with nothing but the types of registry's contract.
import { as, sure } from "./office.js";
import type { components, paths } from "./registry.types.js";

const [address, clerkToken, streetToken, strangerToken, idNumber] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

const clerk = as<paths>(address, clerkToken);
const form: components["schemas"]["RegisterWorkerIn"] = {
  id_number: idNumber,
  name: "王小明",
  labour_status: "laid_off",
  status_since: "2001-03-01",
  category: "soe_laid_off",
  former_enterprise_kind: "state_owned",
  centre_agreement_on: "2001-03-01",
  area_code: "231102000000",
  office: "231102-employment-bureau",
  registered_on: "2003-01-06",
};

const registered = await clerk.POST("/v1/workers", { body: form });
const worker = sure(registered.data, "worker");

const again = await clerk.POST("/v1/workers", { body: form });
const problem = sure(again.error, "problem");

const found = await clerk.POST("/v1/workers/searches", { body: { id_number: idNumber } });
const first = sure(found.data?.items[0], "worker found");

const status = await clerk.GET("/v1/workers/{worker_id}/labour-status", {
  params: { path: { worker_id: worker.id } },
});
const spell = sure(status.data?.spells[0], "spell");

const applied = await clerk.POST("/v1/certificates", {
  body: {
    worker_id: worker.id,
    applied_on: "2003-03-03",
    evidence: (["id_card", "photo", "layoff_certificate"] as const).map((kind) => ({
      kind,
      reference: "档案 2003-1",
    })),
  },
});
const certificate = sure(applied.data, "certificate");

// Whoever took an application does not check it: the street does.
const street = as<paths>(address, streetToken);
async function check(by: typeof clerk, version: string) {
  return by.POST("/v1/certificates/{certificate_id}/checks", {
    params: { path: { certificate_id: certificate.id }, header: { "If-Match": version } },
    body: { on: "2003-03-04" },
  });
}
const version = sure(applied.response.headers.get("ETag"), "version");
const stale = await check(street, '"v99"');
const own = await check(clerk, version);
const checked = await check(street, version);

const listed = await clerk.GET("/v1/certificates", {
  params: { query: { worker_id: worker.id, limit: 5 } },
});

const stranger = as<paths>(address, strangerToken);
const hidden = await stranger.GET("/v1/workers/{worker_id}", {
  params: { path: { worker_id: worker.id } },
});

console.log(
  JSON.stringify({
    name: worker.name_masked,
    twice: { status: again.response.status, code: problem.code, title: problem.title },
    found: first.id === worker.id,
    status: spell.status,
    certificate: certificate.state,
    stale: sure(stale.error, "problem").code,
    own: sure(own.error, "problem").code,
    checked: sure(checked.data, "checked certificate").state,
    certificates: listed.data?.items.length ?? 0,
    hidden: hidden.response.status,
  }),
);
