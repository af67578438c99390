package setup

// bashScript runs in a shell of its own, so that it can be pasted into a window as well, and nothing it does ends that
// window. It has no tabs, and no exclamation mark before a word: an interactive shell would take them for commands.
const bashScript = `#!/usr/bin/env bash
# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose Bash), or any bash with the Azure CLI.
# Who:    somebody who may register apps in Entra{{if .Application}}, and who is a System Administrator of the environment{{end}}.
# What:   1. registers an app for this tenant only{{if .Desktop}}, with the redirect URI {{.Desktop}} (Mobile and desktop applications){{end}}{{if .Web}}, with the redirect URI {{.Web}} (Web){{end}}
#         2. adds the permission Dynamics CRM, user_impersonation (delegated)
{{- if .Secret}}
#         3. makes a client secret that ends on {{.Ends}}
{{- end}}{{if .Certificate}}
#         3. uploads the public part of a certificate
{{- end}}{{if .Consent}}
#         4. asks whether to grant the permission for everybody
{{- end}}{{if and .Application .Org}}
#         4. makes the application user in the environment and gives it a security role
{{- end}}
#         At its end it prints what to paste into Ferry. It changes nothing else.
# If something fails, say so to whoever sent you this script; nothing is lost, and it can be run again.

ferry_setup() (
set -euo pipefail

app_name={{q .App}}
org={{q .Org}}
tenant={{q .Tenant}}
client_id={{q .ClientID}}    # an app registration that is there already; empty makes a new one
graph={{q .Graph}}
api={{q .API}}    # Dynamics CRM, the same everywhere
{{- if and .Application .Org}}
role={{q .Role}}    # of the application user
{{- end}}
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
if [[ $(az cloud show --query name -o tsv) != {{q .AzCloud}} ]]; then
  fail 'This environment belongs to another of Microsoft'\''s clouds. Run this first, then the script again:  az cloud set --name {{.AzCloud}} && az login'
fi
signed_in=$(az account show --query tenantId -o tsv 2>/dev/null || true)
{{- if .TenantIsID}}
if [[ ${signed_in,,} != "$tenant" ]]; then
  say 'Sign in to the tenant of the environment.'
  az login --tenant "$tenant" --allow-no-subscriptions --only-show-errors --output none
  signed_in=$(az account show --query tenantId -o tsv)
fi
{{- else}}
if [[ -z $signed_in{{if .Tenant}} || -n $tenant{{end}} ]]; then
  say 'Sign in to the tenant of the environment.'
  az login {{if .Tenant}}--tenant "$tenant" {{end}}--allow-no-subscriptions --only-show-errors --output none
  signed_in=$(az account show --query tenantId -o tsv)
fi
{{- end}}
guid "$signed_in" 'It is not known which tenant you are signed in to. Run az login and try again.'

permission=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$api')?\$select=oauth2PermissionScopes" \
  --query "oauth2PermissionScopes[?value=='user_impersonation'].id | [0]" -o tsv || true)
guid "$permission" 'This tenant does not know Dynamics CRM. Are you signed in to the tenant that the environment belongs to?'

if [[ -z $client_id ]]; then
  registration={{q .Registration}}
  client_id=$(call --method post --url "$graph/v1.0/applications" --body "${registration//PERMISSION-ID/$permission}" --query appId -o tsv || true)
  guid "$client_id" 'The app was not registered. Perhaps you may not register apps in this tenant: ask an Application Administrator.'
  say "Registered the app $app_name: $client_id"
else
  az ad app permission add --id "$client_id" --api "$api" --api-permissions "$permission=Scope" --only-show-errors --output none
{{- if .Desktop}}
  mapfile -t uris < <(az ad app show --id "$client_id" --query 'publicClient.redirectUris[]' -o tsv)
  if [[ " ${uris[*]-} " != *' {{.Desktop}} '* ]]; then
    az ad app update --id "$client_id" --public-client-redirect-uris {{q .Desktop}} "${uris[@]}"
  fi
{{- end}}{{if .Web}}
  mapfile -t uris < <(az ad app show --id "$client_id" --query 'web.redirectUris[]' -o tsv)
  if [[ " ${uris[*]-} " != *' {{.Web}} '* ]]; then
    az ad app update --id "$client_id" --web-redirect-uris {{q .Web}} "${uris[@]}"
  fi
{{- end}}{{if .Device}}
  az ad app update --id "$client_id" --is-fallback-public-client true
{{- end}}
  say "Completed the app $client_id"
fi
trap 'say; say "The script did not get to its end. To go on with the same app, run it again with client_id='\''$client_id'\'' near its beginning."' ERR

principal=$(call --method get --url "$graph/v1.0/servicePrincipals(appId='$client_id')?\$select=id" --query id -o tsv 2>/dev/null || true)
if [[ -z $principal ]]; then
  principal=$(patient call --method post --url "$graph/v1.0/servicePrincipals" --body "{\"appId\":\"$client_id\"}" --query id -o tsv)
fi
guid "$principal" 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'
{{- if .Secret}}

password={{q .Password}}
secret=$(patient call --method post --url "$graph/v1.0/applications(appId='$client_id')/addPassword" --body "$password" --query secretText -o tsv)
[[ -n $secret ]] || fail 'The client secret was not made. Make one in the Entra admin center, under Certificates & secrets, and copy its Value.'
say 'Made a client secret that ends on {{.Ends}}.'
{{- end}}{{if .Certificate}}

folder=$(mktemp -d)
printf '%s\n%s\n%s\n' '-----BEGIN CERTIFICATE-----' "$(fold -w 64 <<<{{q .CER}})" '-----END CERTIFICATE-----' >"$folder/ferry.pem"
patient az ad app credential reset --id "$client_id" --append --cert "@$folder/ferry.pem" --only-show-errors --output none
rm -rf "$folder"
say 'Uploaded the certificate.'
{{- end}}{{if .Consent}}

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
{{- end}}{{if and .Application .Org}}

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
  role_id=$(dataverse --method get --url "$data/roles?\$select=roleid&\$filter="{{q .RoleFilter}}"$unit" --query 'value[0].roleid' -o tsv) || return 1
  [[ $role_id =~ ^[0-9a-fA-F-]{36}$ ]] || { say "There is no security role of the name \"$role\"."; return 1; }
  dataverse --method post --url "$data/systemusers($user)/systemuserroles_association/\$ref" --body "{\"@odata.id\":\"$data/roles($role_id)\"}" --output none || return 1
  say "It has the security role \"$role\"."
}
if ! application_user; then
  say
  say 'The application user is not complete. Make it by hand:'
  say {{q .Clicks}}
  say "Choose New app user, add the app, choose the root business unit and the security role \"$role\"."
  say {{q .AppUsersPage}}
  say 'Or with the Power Platform CLI:'
  printf '  pac admin assign-user --application-user --environment %q --user %q --role %q\n' "$org" "$client_id" "$role"
fi
{{- end}}

say
say '===== Copy from here ... ====='
{{- if .Org}}
say "{{.OrgLabel}}: $org"
{{- end}}
say "{{.TenantLabel}}: $signed_in"
say "{{.ClientLabel}}: $client_id"
{{- if .Secret}}
say "{{.SecretLabel}}: $secret"
say '{{.ExpiresLabel}}: {{.Ends}}'
{{- end}}
say '===== ... to here, and paste it into Ferry ====='
{{- if .Secret}}
say 'The secret is shown only this once. Send it in a way that others cannot read.'
{{- end}}
)
ferry_setup
`
