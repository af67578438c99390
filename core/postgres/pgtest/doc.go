// Package pgtest starts a PostgreSQL server of its own for a test: in a temporary folder, on 127.0.0.1, as an ordinary
// user, and ended with the test even when that is killed. It needs the server's programs (Debian: postgresql); their
// absence fails the test. Everything in it is behind the build tag postgres.
package pgtest
