//go:build libreoffice && !windows

package sheettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Workbook reads an Excel file: every sheet, every cell with its type.
func Workbook(t testing.TB, path string) []Sheet {
	t.Helper()
	return converted(t, path, "")
}

// A Dialect is how a CSV file is written.
type Dialect struct {
	Delimiter byte
	UTF16     bool
}

// CSV reads a CSV file of so many columns, all of them as text.
func CSV(t testing.TB, path string, d Dialect, columns int) [][]Cell {
	t.Helper()
	const utf8, utf16, asText = "76", "65535", "/2"
	encoding := utf8
	if d.UTF16 {
		encoding = utf16
	}
	formats := make([]string, columns)
	for i := range formats {
		formats[i] = fmt.Sprint(i+1) + asText
	}
	// Separator, quote, encoding, first line, format of each column, language, every field in quotes is text, no guessing at numbers.
	filter := fmt.Sprintf("CSV:%d,34,%s,1,%s,0,true,false", d.Delimiter, encoding, strings.Join(formats, "/"))
	sheets := converted(t, path, filter)
	if len(sheets) != 1 {
		t.Fatalf("a CSV file became %d sheets", len(sheets))
	}
	return sheets[0].Rows
}

// converted lets LibreOffice open a file and save it in a form that names the type of each cell.
func converted(t testing.TB, path, filter string) []Sheet {
	t.Helper()
	folder, err := os.MkdirTemp("", "ferry-libreoffice-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := []string{"-env:UserInstallation=file://" + folder + "/profile", "--headless", "--norestore", "--nolockcheck", "--convert-to", "fods", "--outdir", folder}
	if filter != "" {
		args = append(args, "--infilter="+filter)
	}
	c := exec.CommandContext(ctx, "soffice", append(args, path)...)
	c.Env = append(os.Environ(), "HOME="+folder, "LC_ALL=C.UTF-8")
	// It is a script that starts another program: both end together.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = 5 * time.Second
	began := time.Now()
	said, err := c.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatal("LibreOffice is not installed; .ci/setup test installs it or says what to install")
	}
	if err != nil {
		t.Fatalf("LibreOffice, after %v: %v: %s", time.Since(began).Round(time.Second), err, said)
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".fods"
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatalf("LibreOffice did not convert %s: %s", filepath.Base(path), said)
	}
	sheets, err := read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return sheets
}
