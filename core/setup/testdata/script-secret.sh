#!/usr/bin/env bash
# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose Bash), or any bash with the Azure CLI.
# Who:    somebody who may register apps in Entra, and who is a System Administrator of the environment.
# What:   1. registers an app for this tenant only
#         2. adds the permission Dynamics CRM, user_impersonation (delegated)
#         3. makes a client secret that ends on 2027-05-21
#         4. makes the application user in the environment and gives it a security role
#         At its end it prints what to paste into Ferry. It changes nothing else.
# If something fails, say so to whoever sent you this script; nothing is lost, and it can be run again.

ferry_setup() (
set -euo pipefail

app_name='Ferry'
org='https://contoso.crm4.dynamics.com'
tenant='72f988bf-86f1-41af-91ab-2d7cd011db47'
client_id=''    # an app registration that is there already; empty makes a new one
graph='https://graph.microsoft.com'
api='00000007-0000-0000-c000-000000000000'    # Dynamics CRM, the same everywhere
role='Service Reader'    # of the application user
secret=''

say()  { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }
guid() { [[ $1 =~ ^[0-9a-fA-F-]{36}$ ]] || fail "$2"; }
call() { az rest --resource "$graph" --headers 'Content-Type=application/json' --only-show-errors "$@"; }
# What was made a moment ago is not known everywhere at once.
patient() {
  local try
  for try in 1 2 3 4 5; do
    if "$@" 2>/dev/null; then return 0; fi
    sleep "${FERRY_PAUSE:-5}"
  done
  "$@"
}

command -v az >/dev/null || fail 'The Azure CLI (az) is missing. Open https://shell.azure.com, choose Bash, and run the script there.'
if [[ $(az cloud show --query name -o tsv) != 'AzureCloud' ]]; then
  fail 'This environment belongs to another of Microsoft'\''s clouds. Run this first, then the script again:  az cloud set --name AzureCloud && az login'
fi
signed_in=$(az account show --query tenantId -o tsv 2>/dev/null || true)
if [[ ${signed_in,,} != "$tenant" ]]; then
  say 'Sign in to the tenant of the environment.'
  az login --tenant "$tenant" --allow-no-subscriptions --only-show-errors --output none
  signed_in=$(az account show --query tenantId -o tsv)
fi
guid "$signed_in" 'It is not known which tenant you are signed in to. Run az login and try again.'

permission=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$api')?\$select=oauth2PermissionScopes" \
  --query "oauth2PermissionScopes[?value=='user_impersonation'].id | [0]" -o tsv || true)
guid "$permission" 'This tenant does not know Dynamics CRM. Are you signed in to the tenant that the environment belongs to?'

if [[ -z $client_id ]]; then
  registration='{"displayName":"Ferry","requiredResourceAccess":[{"resourceAccess":[{"id":"PERMISSION-ID","type":"Scope"}],"resourceAppId":"00000007-0000-0000-c000-000000000000"}],"signInAudience":"AzureADMyOrg"}'
  client_id=$(call --method post --url "$graph/v1.0/applications" --body "${registration//PERMISSION-ID/$permission}" --query appId -o tsv || true)
  guid "$client_id" 'The app was not registered. Perhaps you may not register apps in this tenant: ask an Application Administrator.'
  say "Registered the app $app_name: $client_id"
else
  az ad app permission add --id "$client_id" --api "$api" --api-permissions "$permission=Scope" --only-show-errors --output none
  say "Completed the app $client_id"
fi
trap 'say; say "The script did not get to its end. To go on with the same app, run it again with client_id='\''$client_id'\'' near its beginning."' ERR

principal=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$client_id')?\$select=id" --query id -o tsv 2>/dev/null || true)
if [[ -z $principal ]]; then
  principal=$(patient call --method post --url "$graph/v1.0/servicePrincipals" --body "{\"appId\":\"$client_id\"}" --query id -o tsv)
fi
guid "$principal" 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'

password='{"passwordCredential":{"displayName":"Ferry","endDateTime":"2027-05-21T00:00:00Z"}}'
secret=$(patient call --method post --url "$graph/v1.0/applications(appId='$client_id')/addPassword" --body "$password" --query secretText -o tsv)
[[ -n $secret ]] || fail 'The client secret was not made. Make one in the Entra admin center, under Certificates & secrets, and copy its Value.'
say 'Made a client secret that ends on 2027-05-21.'

# The application user. It needs a System Administrator of the environment. If it fails, the rest is still good.
dataverse() { az rest --resource "$org" --headers 'Content-Type=application/json' 'Prefer=return=representation' --only-show-errors "$@"; }
application_user() {
  local data="$org/api/data/v9.2" unit user role_id
  if ! az account get-access-token --resource "$org" --output none 2>/dev/null; then
    say 'Cloud Shell cannot reach the environment by itself. Sign in once more.'
    az login --use-device-code --tenant "$signed_in" --allow-no-subscriptions --scope "$org/.default" --only-show-errors --output none || return 1
  fi
  unit=$(dataverse --method get --url "$data/businessunits?\$select=businessunitid&\$filter=_parentbusinessunitid_value%20eq%20null" --query 'value[0].businessunitid' -o tsv) || return 1
  [[ $unit =~ ^[0-9a-fA-F-]{36}$ ]] || return 1
  user=$(dataverse --method get --url "$data/systemusers?\$select=systemuserid&\$filter=applicationid%20eq%20$client_id" --query 'value[0].systemuserid' -o tsv) || return 1
  if [[ -z $user ]]; then
    user=$(patient dataverse --method post --url "$data/systemusers" --body "{\"applicationid\":\"$client_id\",\"businessunitid@odata.bind\":\"/businessunits($unit)\"}" --query systemuserid -o tsv) || return 1
  fi
  [[ $user =~ ^[0-9a-fA-F-]{36}$ ]] || return 1
  say 'The application user is there.'
  role_id=$(dataverse --method get --url "$data/roles?\$select=roleid&\$filter="'name%20eq%20%27Service%20Reader%27%20and%20_businessunitid_value%20eq%20'"$unit" --query 'value[0].roleid' -o tsv) || return 1
  [[ $role_id =~ ^[0-9a-fA-F-]{36}$ ]] || { say "There is no security role of the name \"$role\"."; return 1; }
  dataverse --method post --url "$data/systemusers($user)/systemuserroles_association/\$ref" --body "{\"@odata.id\":\"$data/roles($role_id)\"}" --output none || return 1
  say "It has the security role \"$role\"."
}
if ! application_user; then
  say
  say 'The application user is not complete. Make it by hand:'
  say 'Power Platform admin center > Manage > Environments > contoso.crm4.dynamics.com > Settings > Users + permissions > Application users'
  say "Choose New app user, add the app, choose the root business unit and the security role \"$role\"."
  say 'https://admin.powerplatform.microsoft.com/manage/environments'
  say 'Or with the Power Platform CLI:'
  printf '  pac admin assign-user --application-user --environment %q --user %q --role %q\n' "$org" "$client_id" "$role"
fi

say
say '===== Copy from here ... ====='
say "Organisation URL: $org"
say "Directory (tenant) ID: $signed_in"
say "Application (client) ID: $client_id"
say "Client secret (Value): $secret"
say 'Client secret expires: 2027-05-21'
say '===== ... to here, and paste it into Ferry ====='
say 'The secret is shown only this once. Send it in a way that others cannot read.'
)
ferry_setup
