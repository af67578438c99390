// Package keychain keeps secrets in the operating system's keychain, every call with a time limit, and larger things
// in sealed files whose key is there.
//
// What it promises:
//   - No secret is ever written in plain text. Without a keychain, secrets live in memory and end with the process.
//   - No call waits longer than its time limit, whatever the keychain does; a late result is dropped.
//   - A secret is found only for what it may be sent to: its Name says authority, tenant, application and environment.
//   - A sealed file is whole or not there: it is written aside, flushed and renamed, under a lock that other Ferrys obey.
//   - A sealed file whose key is lost is as good as none: it is removed, and Lost says so.
//
// Sources of facts:
//   - go-keyring: Windows takes secrets up to 2,560 bytes, macOS about 2,990; Linux and BSD speak the Secret Service
//     over D-Bus and may wait for ever for an unlock prompt.
//   - macOS security(1): the exit status is the low byte of the OSStatus: 36 interaction not allowed, 51 not
//     authorised, 128 cancelled by the user.
//   - Windows CredRead: ERROR_NO_SUCH_LOGON_SESSION (1312) where a session has no credential set.
package keychain
