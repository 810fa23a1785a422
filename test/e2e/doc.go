// Package e2e holds the tests of the whole program as a black box: the real binary, built plainly, on real ports and files, started,
// asked, killed and started again.
package e2e
