// Package setup knows what must be set up in Microsoft Entra and in the Power Platform before Ferry can connect, and
// reads what comes back from there.
//
//   - Find reads a whole mail and tells which value in it is which.
//   - Script writes a set-up script for Azure Cloud Shell or PowerShell; what it prints at its end is read by Find.
//   - Links leads to just the page on which something is missing.
//   - Ask writes the mail to the person who can do it.
//
// It is pure: texts in, texts out. Nothing is stored, and no text that Find was given is kept.
//
// The scripts have never been run against real Entra or a real environment. The tests run the one for bash against a
// stand-in for az and read what it prints; the one for PowerShell is only looked through, not run. That every environment
// has a security role of the name "Service Reader" is Microsoft's habit, not its promise: where it is missing, the script
// says so and tells how to go on by hand. An address that is no environment of Microsoft's own gets the public cloud's links.
//
// Sources: Microsoft Graph: application, servicePrincipal, oAuth2PermissionGrant, application: addPassword. Azure CLI:
// az rest, az login, az ad app credential reset, az account get-access-token. Dataverse Web API: systemuser, businessunit,
// role, systemuserroles_association. Power Platform: manage application users, pac admin assign-user. The addresses of
// portal pages are not documented by Microsoft; they are the ones in common use and lead to the portal's start when a page
// has moved.
package setup
