// Interactive API docs: Swagger UI on the service's own contract, acting as the chosen persona.
"use strict";

const place = document.getElementById("swagger");
const persona = document.getElementById("persona");
const acting = document.getElementById("acting");
let token = "";

persona.addEventListener("change", async () => {
  token = "";
  acting.textContent = "";
  if (!persona.value) return;
  const answer = await fetch("/issuer/token", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", persona: persona.value }),
  });
  token = (await answer.json()).access_token;
  acting.textContent = "✓";
});

window.ui = SwaggerUIBundle({
  url: place.dataset.contract,
  domNode: place,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const own = new URL(request.url, location.href).origin === location.origin;
    if (token && own && !request.headers.Authorization) {
      request.headers.Authorization = `Bearer ${token}`;
    }
    return request;
  },
});
