#!/usr/bin/env bash
# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose Bash), or any bash with the Azure CLI.
# Who:    somebody who may register apps in Entra.
# What:   1. registers an app for this tenant only, with the redirect URI http://localhost (Mobile and desktop applications)
#         2. adds the permission Dynamics CRM, user_impersonation (delegated)
#         4. asks whether to grant the permission for everybody
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
  registration='{"displayName":"Ferry","publicClient":{"redirectUris":["http://localhost"]},"requiredResourceAccess":[{"resourceAccess":[{"id":"PERMISSION-ID","type":"Scope"}],"resourceAppId":"00000007-0000-0000-c000-000000000000"}],"signInAudience":"AzureADMyOrg"}'
  client_id=$(call --method post --url "$graph/v1.0/applications" --body "${registration//PERMISSION-ID/$permission}" --query appId -o tsv || true)
  guid "$client_id" 'The app was not registered. Perhaps you may not register apps in this tenant: ask an Application Administrator.'
  say "Registered the app $app_name: $client_id"
else
  az ad app permission add --id "$client_id" --api "$api" --api-permissions "$permission=Scope" --only-show-errors --output none
  mapfile -t uris < <(az ad app show --id "$client_id" --query 'publicClient.redirectUris[]' -o tsv)
  if [[ " ${uris[*]-} " != *' http://localhost '* ]]; then
    az ad app update --id "$client_id" --public-client-redirect-uris 'http://localhost' "${uris[@]}"
  fi
  say "Completed the app $client_id"
fi
trap 'say; say "The script did not get to its end. To go on with the same app, run it again with client_id='\''$client_id'\'' near its beginning."' ERR

principal=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$client_id')?\$select=id" --query id -o tsv 2>/dev/null || true)
if [[ -z $principal ]]; then
  principal=$(patient call --method post --url "$graph/v1.0/servicePrincipals" --body "{\"appId\":\"$client_id\"}" --query id -o tsv)
fi
guid "$principal" 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'

answer=n
printf '%s' 'Grant the permission for everybody in this tenant, so that nobody is asked? [y/N] '
{ read -r answer </dev/tty; } 2>/dev/null || say
if [[ $answer == [yYjJoOsS]* ]]; then
  resource=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$api')?\$select=id" --query id -o tsv)
  guid "$resource" 'Dynamics CRM was not found in this tenant.'
  if call --method post --url "$graph/v1.0/oauth2PermissionGrants" --output none \
    --body "{\"clientId\":\"$principal\",\"consentType\":\"AllPrincipals\",\"resourceId\":\"$resource\",\"scope\":\"user_impersonation\"}"; then
    say 'Granted for everybody.'
  else
    say 'It could not be granted: a Cloud Application Administrator or a Privileged Role Administrator has to do that. Everything else is done.'
  fi
fi

say
say '===== Copy from here ... ====='
say "Organisation URL: $org"
say "Directory (tenant) ID: $signed_in"
say "Application (client) ID: $client_id"
say '===== ... to here, and paste it into Ferry ====='
)
ferry_setup
