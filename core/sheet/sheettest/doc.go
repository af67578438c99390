// Package sheettest reads workbooks and CSV files by LibreOffice, for tests: a reader that none of us wrote. Each call runs
// it without a window, in a profile of its own in the test's folder, for two minutes at most. It needs LibreOffice's program
// (Debian: libreoffice-calc-nogui); its files have the build tag libreoffice.
package sheettest
