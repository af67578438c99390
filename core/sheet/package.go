package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

// open reads a file whole, and refuses what cannot be one of ours before anything looks into it.
func open(ctx context.Context, path string) ([]byte, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, cannotOpen(err)
	case !about.Mode().IsRegular():
		return nil, cannotOpen(fs.ErrInvalid)
	case about.Size() > mostBytes:
		return nil, tooLarge()
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cannotOpen(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	switch {
	case err != nil:
		return nil, cannotOpen(err)
	case len(data) > mostBytes:
		return nil, tooLarge()
	}
	return repack(ctx, data)
}

// oleBegins is how compound files begin: old workbooks, and locked ones.
var oleBegins = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// repack looks through a package and makes another of the parts that matter, whose sizes are true.
func repack(ctx context.Context, data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, oleBegins) {
		if bytes.Contains(data, wide("EncryptedPackage")) {
			return nil, locked()
		}
		return nil, oldExcel()
	}
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, notExcel()
	}
	if err := refuse(in); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	left, tags, seen := int64(mostBytes), 0, map[string]bool{}
	for _, part := range in.File {
		name := partName(part.Name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !wanted(name) {
			continue
		}
		if seen[name] {
			return nil, damaged(errTwice)
		}
		seen[name] = true
		text, err := unpack(part, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(text))
		if tags += bytes.Count(text, []byte{'<'}); tags > mostTags {
			return nil, tooLarge()
		}
		if bytes.Contains(text, []byte("<!DOCTYPE")) || bytes.Contains(text, []byte("<!ENTITY")) {
			return nil, damaged(errEntity)
		}
		if name == "[content_types].xml" && bytes.Contains(bytes.ToLower(text), []byte("macroenabled")) {
			return nil, macros()
		}
		w, err := to.CreateHeader(&zip.FileHeader{Name: strings.TrimPrefix(strings.ReplaceAll(part.Name, "\\", "/"), "/"), Method: zip.Store})
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			return nil, damaged(err)
		}
	}
	if !seen["xl/workbook.xml"] {
		return nil, notExcel()
	}
	if err := to.Close(); err != nil {
		return nil, damaged(err)
	}
	return out.Bytes(), nil
}

var (
	errTwice  = errors.New("a part is there twice")
	errEntity = errors.New("a part defines entities")
)

// refuse looks at the names of the parts alone.
func refuse(in *zip.Reader) error {
	if len(in.File) > mostParts {
		return tooLarge()
	}
	for _, part := range in.File {
		switch name := partName(part.Name); {
		case strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/"):
			return macros()
		case strings.HasPrefix(name, "xl/externallinks/"):
			return pointsElsewhere()
		case name == "xl/workbook.bin":
			return oldExcel()
		case name == "content.xml" || name == "mimetype":
			return openDocument()
		}
	}
	return nil
}

// partName is a part's name as it is compared: names in packages do not tell case apart.
func partName(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(name, "\\", "/")), "/")
}

// wanted reports whether a part says something about cells.
func wanted(name string) bool {
	if strings.Contains(name, "..") {
		return false
	}
	switch name {
	case "[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml", "xl/styles.xml":
		return true
	}
	return strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") && strings.Count(name, "/") == 2
}

// unpack reads a part whose size is not believed.
func unpack(part *zip.File, left int64) ([]byte, error) {
	if part.Flags&1 != 0 {
		return nil, locked()
	}
	r, err := part.Open()
	if err != nil {
		return nil, damaged(err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, left+1))
	switch {
	case int64(len(text)) > left:
		return nil, tooLarge()
	case err != nil:
		return nil, damaged(err)
	}
	return text, nil
}

// wide is a name as compound files write it.
func wide(name string) []byte {
	out := make([]byte, 0, 2*len(name))
	for i := range len(name) {
		out = append(out, name[i], 0)
	}
	return out
}
