# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose PowerShell), or PowerShell on Windows with the Azure CLI or the Az module.
# Who:    somebody who may register apps in Entra.
# What:   1. registers an app for this tenant only, with the redirect URI http://localhost (Mobile and desktop applications)
#         2. adds the permission Dynamics CRM, user_impersonation (delegated)
#         4. asks whether to grant the permission for everybody
#         At its end it prints what to paste into Ferry. It changes nothing else.
# If something fails, say so to whoever sent you this script; nothing is lost, and it can be run again.

& {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

    $appName = 'Ferry'
    $org = 'https://contoso.crm4.dynamics.com'
    $tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    $clientId = ''    # an app registration that is there already; empty makes a new one
    $graph = 'https://graph.microsoft.com'
    $api = '00000007-0000-0000-c000-000000000000'    # Dynamics CRM, the same everywhere
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
        if ((Invoke-Az cloud show --query name --output tsv) -ne 'AzureCloud') {
            throw 'This environment belongs to another of Microsoft''s clouds. Run this first, then the script again:  az cloud set --name AzureCloud; az login'
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
            $login = @{ Environment = 'AzureCloud' }
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
        $registration = '{"displayName":"Ferry","publicClient":{"redirectUris":["http://localhost"]},"requiredResourceAccess":[{"resourceAccess":[{"id":"PERMISSION-ID","type":"Scope"}],"resourceAppId":"00000007-0000-0000-c000-000000000000"}],"signInAudience":"AzureADMyOrg"}'
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
        if ($app.publicClient.redirectUris -cnotcontains 'http://localhost') { $change.publicClient = @{ redirectUris = @(@($app.publicClient.redirectUris) + 'http://localhost' | Where-Object { $_ }) } }
        if ($change.Count) { Invoke-Ferry $graph 'PATCH' "/v1.0/applications(appId='$clientId')" (ConvertTo-Json $change -Depth 8) | Out-Null }
        Write-Host "Completed the app $clientId"
    }

    try { $principal = (Invoke-Ferry $graph 'GET' "/v1.0/servicePrincipals(appId='$clientId')").id } catch { $principal = '' }
    if (-not $principal) {
        $principal = (Invoke-Patiently { Invoke-Ferry $graph 'POST' '/v1.0/servicePrincipals' (ConvertTo-Json @{ appId = $clientId }) }).id
    }
    Assert-Guid $principal 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'

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

    Write-Host ''
    Write-Host '===== Copy from here ... ====='
    Write-Host "Organisation URL: $org"
    Write-Host "Directory (tenant) ID: $signedIn"
    Write-Host "Application (client) ID: $clientId"
    Write-Host '===== ... to here, and paste it into Ferry ====='
}
