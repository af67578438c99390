// Package ui is Ferry's window. It speaks no HTTP and no SQL: everything that takes long is an Engine's, and runs
// by ui/task, which is the only place here with goroutines.
//
// Options is the seam to cmd. window.go holds what all pages share, frame.go the rail; every page has a file of its
// own and one function, render, that draws it from the state there is. State belongs to the window's goroutine:
// there are no locks, no data binding and no signals.
//
// To add a page: a struct with a kit.Page and render, a line in Window.pages, a rail item in frame.go, and a picture
// of each of its states in pictures_test.go.
package ui
