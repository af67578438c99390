// dynamics-web-api, page by page. It makes Dates of what looks like one; they become text again.
import { DynamicsWebApi } from 'dynamics-web-api'
import { open, org, token, properties } from './common.mjs'

const api = new DynamicsWebApi({ serverUrl: org, dataApi: { version: '9.2' }, onTokenRefresh: async () => token })
const text = v => v instanceof Date ? v.toISOString().replace('.000Z', 'Z') : v
const db = open()
let link = null
do {
  const page = await api.retrieveMultiple({
    collection: 'accounts', select: properties, maxPageSize: 5000, includeAnnotations: 'Microsoft.Dynamics.CRM.lookuplogicalname',
  }, link)
  db.write(page.value, text)
  link = page.oDataNextLink
} while (link)
db.close()
