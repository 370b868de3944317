// The office as a program asks it: signed in by HTTP, one command at a time.
import assert from 'node:assert/strict';

export async function office(company, login) {
  const post = (name, args, headers) => fetch(`${company.url}/api/office/${name}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(args) });
  const answer = await post('sign_in', { login, password: company.password(login) }, {});
  assert.equal(answer.status, 200, 'signs in');
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const csrf = cookies.find((cookie) => cookie.startsWith('gd_csrf=')).slice('gd_csrf='.length);
  return async (name, args) => {
    const told = await post(name, args, { cookie: cookies.join('; '), 'x-csrf': csrf });
    const text = await told.text();
    assert.ok(told.ok, `${name}: ${text}`);
    return JSON.parse(text);
  };
}
