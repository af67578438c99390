package setup

// powerShellScript works with Windows PowerShell 5.1 and PowerShell 7. It gets its tokens from the Azure CLI or from the Az
// module, whichever is there, and asks Microsoft Graph itself, so that no value ever becomes part of a command line.
const powerShellScript = `# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose PowerShell), or PowerShell on Windows with the Azure CLI or the Az module.
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

& {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

    $appName = {{q .App}}
    $org = {{q .Org}}
    $tenant = {{q .Tenant}}
    $clientId = {{q .ClientID}}    # an app registration that is there already; empty makes a new one
    $graph = {{q .Graph}}
    $api = {{q .API}}    # Dynamics CRM, the same everywhere
    $secret = ''
    $useAz = [bool](Get-Command az -ErrorAction SilentlyContinue)
    if (-not $useAz -and -not (Get-Command Get-AzAccessToken -ErrorAction SilentlyContinue)) {
        throw 'Neither the Azure CLI nor the Az module is here. Open https://shell.azure.com, choose PowerShell, and run the script there.'
    }

    # What az says beside its answer is no error of this script.
    function Invoke-Az {
        $ErrorActionPreference = 'Continue'
        & az @args 2>$null
    }
    # A token for one address. Nothing of it is shown or kept.
    function Get-FerryToken([string] $Resource) {
        if ($useAz) {
            $token = Invoke-Az account get-access-token --resource $Resource --query accessToken --output tsv
            if ($LASTEXITCODE -ne 0 -or -not $token) { throw "There is no sign-in for $Resource." }
            return $token
        }
        $token = (Get-AzAccessToken -ResourceUrl $Resource).Token
        if ($token -is [securestring]) { $token = [Net.NetworkCredential]::new('', $token).Password }
        return $token
    }
    function Invoke-Ferry([string] $Resource, [string] $Method, [string] $Path, [string] $Body) {
        $headers = @{ Authorization = 'Bearer ' + (Get-FerryToken $Resource); Prefer = 'return=representation' }
        $request = @{ Uri = $Resource + $Path; Method = $Method; Headers = $headers }
        if ($Body) { $request.Body = $Body; $request.ContentType = 'application/json' }
        Invoke-RestMethod @request
    }
    # What was made a moment ago is not known everywhere at once.
    function Invoke-Patiently([scriptblock] $Do) {
        foreach ($try in 1..5) {
            try { return & $Do } catch { Start-Sleep -Seconds 5 }
        }
        & $Do
    }
    function Assert-Guid([string] $Value, [string] $Otherwise) {
        if ($Value -notmatch '^[0-9a-fA-F-]{36}$') { throw $Otherwise }
    }

    if ($useAz) {
        if ((Invoke-Az cloud show --query name --output tsv) -ne {{q .AzCloud}}) {
            throw 'This environment belongs to another of Microsoft''s clouds. Run this first, then the script again:  az cloud set --name {{.AzCloud}}; az login'
        }
        $signedIn = Invoke-Az account show --query tenantId --output tsv
        if (-not $signedIn -or ($tenant -and $signedIn -ne $tenant)) {
            Write-Host 'Sign in to the tenant of the environment.'
            if ($tenant) { az login --tenant $tenant --allow-no-subscriptions --output none } else { az login --allow-no-subscriptions --output none }
            $signedIn = Invoke-Az account show --query tenantId --output tsv
        }
    } else {
        $context = Get-AzContext
        if (-not $context -or ($tenant -and $context.Tenant.Id -ne $tenant)) {
            Write-Host 'Sign in to the tenant of the environment.'
            $login = @{ Environment = {{q .AzCloud}} }
            if ($tenant) { $login.Tenant = $tenant }
            Connect-AzAccount @login | Out-Null
            $context = Get-AzContext
        }
        $signedIn = $context.Tenant.Id
    }
    Assert-Guid $signedIn 'It is not known which tenant you are signed in to. Sign in and try again.'

    $dynamics = Invoke-Ferry $graph 'GET' "/v1.0/servicePrincipals(appId='$api')"
    $permission = ($dynamics.oauth2PermissionScopes | Where-Object { $_.value -eq 'user_impersonation' } | Select-Object -First 1).id
    Assert-Guid $permission 'This tenant does not know Dynamics CRM. Are you signed in to the tenant that the environment belongs to?'

    if (-not $clientId) {
        $registration = {{q .Registration}}
        $app = Invoke-Ferry $graph 'POST' '/v1.0/applications' ($registration.Replace('PERMISSION-ID', $permission))
        $clientId = $app.appId
        Assert-Guid $clientId 'The app was not registered. Perhaps you may not register apps in this tenant: ask an Application Administrator.'
        Write-Host "Registered the app ${appName}: $clientId"
    } else {
        $app = Invoke-Ferry $graph 'GET' "/v1.0/applications(appId='$clientId')"
        $change = @{}
        $access = @($app.requiredResourceAccess | Where-Object { $_ })
        $mine = $access | Where-Object { $_.resourceAppId -eq $api } | Select-Object -First 1
        if (-not ($mine -and ($mine.resourceAccess | Where-Object { $_.id -eq $permission }))) {
            $others = @($access | Where-Object { $_.resourceAppId -ne $api })
            $scopes = @()
            if ($mine) { $scopes += @($mine.resourceAccess) }
            $scopes += @{ id = $permission; type = 'Scope' }
            $change.requiredResourceAccess = @($others + @{ resourceAppId = $api; resourceAccess = @($scopes) })
        }
{{- if .Desktop}}
        if ($app.publicClient.redirectUris -cnotcontains {{q .Desktop}}) { $change.publicClient = @{ redirectUris = @(@($app.publicClient.redirectUris) + {{q .Desktop}} | Where-Object { $_ }) } }
{{- end}}{{if .Web}}
        if ($app.web.redirectUris -cnotcontains {{q .Web}}) { $change.web = @{ redirectUris = @(@($app.web.redirectUris) + {{q .Web}} | Where-Object { $_ }) } }
{{- end}}{{if .Device}}
        $change.isFallbackPublicClient = $true
{{- end}}
        if ($change.Count) { Invoke-Ferry $graph 'PATCH' "/v1.0/applications(appId='$clientId')" (ConvertTo-Json $change -Depth 8) | Out-Null }
        Write-Host "Completed the app $clientId"
    }

    try { $principal = (Invoke-Ferry $graph 'GET' "/v1.0/servicePrincipals(appId='$clientId')").id } catch { $principal = '' }
    if (-not $principal) {
        $principal = (Invoke-Patiently { Invoke-Ferry $graph 'POST' '/v1.0/servicePrincipals' (ConvertTo-Json @{ appId = $clientId }) }).id
    }
    Assert-Guid $principal 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'
{{- if .Secret}}

    $password = {{q .Password}}
    $secret = (Invoke-Patiently { Invoke-Ferry $graph 'POST' "/v1.0/applications(appId='$clientId')/addPassword" $password }).secretText
    if (-not $secret) { throw 'The client secret was not made. Make one in the Entra admin center, under Certificates & secrets, and copy its Value.' }
    Write-Host 'Made a client secret that ends on {{.Ends}}.'
{{- end}}{{if .Certificate}}

    $keys = @((Invoke-Patiently { Invoke-Ferry $graph 'GET' ("/v1.0/applications(appId='$clientId')" + '?$select=keyCredentials') }).keyCredentials | Where-Object { $_ })
    $keys += @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; displayName = 'Ferry'; key = {{q .CER}} }
    Invoke-Ferry $graph 'PATCH' "/v1.0/applications(appId='$clientId')" (ConvertTo-Json @{ keyCredentials = @($keys) } -Depth 8) | Out-Null
    Write-Host 'Uploaded the certificate.'
{{- end}}{{if .Consent}}

    $answer = Read-Host 'Grant the permission for everybody in this tenant, so that nobody is asked? [y/N]'
    if ($answer -match '^[yjos]') {
        try {
            $grant = @{ clientId = $principal; consentType = 'AllPrincipals'; resourceId = $dynamics.id; scope = 'user_impersonation' }
            Invoke-Ferry $graph 'POST' '/v1.0/oauth2PermissionGrants' (ConvertTo-Json $grant) | Out-Null
            Write-Host 'Granted for everybody.'
        } catch {
            Write-Host 'It could not be granted: a Cloud Application Administrator or a Privileged Role Administrator has to do that. Everything else is done.'
        }
    }
{{- end}}{{if and .Application .Org}}

    # The application user. It needs a System Administrator of the environment. If it fails, the rest is still good.
    $role = {{q .Role}}
    try {
        try { Get-FerryToken $org | Out-Null } catch {
            if (-not $useAz) { throw }
            Write-Host 'Cloud Shell cannot reach the environment by itself. Sign in once more.'
            az login --use-device-code --tenant $signedIn --allow-no-subscriptions --scope "$org/.default" --output none
        }
        $data = '/api/data/v9.2'
        $unit = (Invoke-Ferry $org 'GET' ($data + '/businessunits?$select=businessunitid&$filter=_parentbusinessunitid_value%20eq%20null')).value[0].businessunitid
        Assert-Guid $unit 'The root business unit was not found.'
        $user = (Invoke-Ferry $org 'GET' ($data + '/systemusers?$select=systemuserid&$filter=applicationid%20eq%20' + $clientId)).value | Select-Object -First 1
        if (-not $user) {
            $new = ConvertTo-Json @{ applicationid = $clientId; 'businessunitid@odata.bind' = "/businessunits($unit)" }
            $user = Invoke-Patiently { Invoke-Ferry $org 'POST' ($data + '/systemusers') $new }
        }
        Assert-Guid $user.systemuserid 'The application user was not made.'
        Write-Host 'The application user is there.'
        $found = (Invoke-Ferry $org 'GET' ($data + '/roles?$select=roleid&$filter=' + {{q .RoleFilter}} + $unit)).value | Select-Object -First 1
        Assert-Guid $found.roleid "There is no security role of the name $role."
        $link = ConvertTo-Json @{ '@odata.id' = "$org$data/roles($($found.roleid))" }
        Invoke-Ferry $org 'POST' ($data + '/systemusers(' + $user.systemuserid + ')/systemuserroles_association/$ref') $link | Out-Null
        Write-Host "It has the security role $role."
    } catch {
        Write-Host ''
        Write-Host 'The application user is not complete. Make it by hand:'
        Write-Host {{q .Clicks}}
        Write-Host "Choose New app user, add the app, choose the root business unit and the security role $role."
        Write-Host {{q .AppUsersPage}}
        Write-Host 'Or with the Power Platform CLI: pac admin assign-user --application-user, with --environment, --user (the client ID) and --role.'
    }
{{- end}}

    Write-Host ''
    Write-Host '===== Copy from here ... ====='
{{- if .Org}}
    Write-Host "{{.OrgLabel}}: $org"
{{- end}}
    Write-Host "{{.TenantLabel}}: $signedIn"
    Write-Host "{{.ClientLabel}}: $clientId"
{{- if .Secret}}
    Write-Host "{{.SecretLabel}}: $secret"
    Write-Host '{{.ExpiresLabel}}: {{.Ends}}'
{{- end}}
    Write-Host '===== ... to here, and paste it into Ferry ====='
{{- if .Secret}}
    Write-Host 'The secret is shown only this once. Send it in a way that others cannot read.'
{{- end}}
}
`
