//go:build !unix

package socket

import "runtime"

// yielder lets everything else run that can.
type yielder struct{}

func newYielder() *yielder { return &yielder{} }
func (*yielder) close()    {}
func (*yielder) yield()    { runtime.Gosched() }
