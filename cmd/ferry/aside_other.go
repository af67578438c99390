//go:build !linux

package main

func standAside() {}
