// fetch and JSON.parse; the next page is on its way while one is written.
import { open, org, token, properties } from './common.mjs'

const headers = {
  Authorization: `Bearer ${token}`, Accept: 'application/json', 'OData-Version': '4.0', 'OData-MaxVersion': '4.0',
  Prefer: 'odata.maxpagesize=5000,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"',
}
const get = async url => {
  const answer = await fetch(url, { headers })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return answer.json()
}
const db = open()
let next = get(`${org}/api/data/v9.2/accounts?$select=${properties.join(',')}`)
while (next) {
  const page = await next
  next = page['@odata.nextLink'] ? get(page['@odata.nextLink']) : null
  db.write(page.value)
}
db.close()
