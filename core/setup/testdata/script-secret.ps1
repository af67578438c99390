# Sets up what Ferry needs to read Dynamics 365.
#
# Where:  Azure Cloud Shell (https://shell.azure.com, choose PowerShell), or PowerShell on Windows with the Azure CLI or the Az module.
# Who:    somebody who may register apps in Entra, and who is a System Administrator of the environment.
# What:   1. registers an app for this tenant only
#         2. adds the permission Dynamics CRM, user_impersonation (delegated)
#         3. makes a client secret that ends on 2027-05-21
#         4. makes the application user in the environment and gives it a security role
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
        $registration = '{"displayName":"Ferry","requiredResourceAccess":[{"resourceAccess":[{"id":"PERMISSION-ID","type":"Scope"}],"resourceAppId":"00000007-0000-0000-c000-000000000000"}],"signInAudience":"AzureADMyOrg"}'
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
        if ($change.Count) { Invoke-Ferry $graph 'PATCH' "/v1.0/applications(appId='$clientId')" (ConvertTo-Json $change -Depth 8) | Out-Null }
        Write-Host "Completed the app $clientId"
    }

    try { $principal = (Invoke-Ferry $graph 'GET' "/v1.0/servicePrincipals(appId='$clientId')").id } catch { $principal = '' }
    if (-not $principal) {
        $principal = (Invoke-Patiently { Invoke-Ferry $graph 'POST' '/v1.0/servicePrincipals' (ConvertTo-Json @{ appId = $clientId }) }).id
    }
    Assert-Guid $principal 'The app is registered, but it has no enterprise app. Open its Overview in the Entra admin center and choose "Create service principal".'

    $password = '{"passwordCredential":{"displayName":"Ferry","endDateTime":"2027-05-21T00:00:00Z"}}'
    $secret = (Invoke-Patiently { Invoke-Ferry $graph 'POST' "/v1.0/applications(appId='$clientId')/addPassword" $password }).secretText
    if (-not $secret) { throw 'The client secret was not made. Make one in the Entra admin center, under Certificates & secrets, and copy its Value.' }
    Write-Host 'Made a client secret that ends on 2027-05-21.'

    # The application user. It needs a System Administrator of the environment. If it fails, the rest is still good.
    $role = 'Service Reader'
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
        $found = (Invoke-Ferry $org 'GET' ($data + '/roles?$select=roleid&$filter=' + 'name%20eq%20%27Service%20Reader%27%20and%20_businessunitid_value%20eq%20' + $unit)).value | Select-Object -First 1
        Assert-Guid $found.roleid "There is no security role of the name $role."
        $link = ConvertTo-Json @{ '@odata.id' = "$org$data/roles($($found.roleid))" }
        Invoke-Ferry $org 'POST' ($data + '/systemusers(' + $user.systemuserid + ')/systemuserroles_association/$ref') $link | Out-Null
        Write-Host "It has the security role $role."
    } catch {
        Write-Host ''
        Write-Host 'The application user is not complete. Make it by hand:'
        Write-Host 'Power Platform admin center > Manage > Environments > contoso.crm4.dynamics.com > Settings > Users + permissions > Application users'
        Write-Host "Choose New app user, add the app, choose the root business unit and the security role $role."
        Write-Host 'https://admin.powerplatform.microsoft.com/manage/environments'
        Write-Host 'Or with the Power Platform CLI: pac admin assign-user --application-user, with --environment, --user (the client ID) and --role.'
    }

    Write-Host ''
    Write-Host '===== Copy from here ... ====='
    Write-Host "Organisation URL: $org"
    Write-Host "Directory (tenant) ID: $signedIn"
    Write-Host "Application (client) ID: $clientId"
    Write-Host "Client secret (Value): $secret"
    Write-Host 'Client secret expires: 2027-05-21'
    Write-Host '===== ... to here, and paste it into Ferry ====='
    Write-Host 'The secret is shown only this once. Send it in a way that others cannot read.'
}
