package bus

import (
	"context"
	"sync"
	"sync/atomic"
)

// Memory is a bus of one process: nobody else hears.
func Memory() Bus { return NewNet().node(false) }

// Net connects several nodes in one process, for tests.
type Net struct {
	mu    sync.Mutex // guards nodes
	nodes []*node
}

// NewNet has no nodes yet.
func NewNet() *Net { return &Net{} }

// Node is one node more.
func (n *Net) Node() *Node { return &Node{n.node(true)} }

func (n *Net) node(shared bool) *node {
	m := &node{net: n, shared: shared, in: newInbox(4)}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes = append(n.nodes, m)
	return m
}

// Node is a node of a Net, that can be cut off.
type Node struct{ *node }

// Cut cuts the node off from the others: what is published meanwhile is lost on either side.
func (n *Node) Cut() { n.cut.Store(true) }

// Mend connects it again, and says that something may be lost.
func (n *Node) Mend() {
	n.cut.Store(false)
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	for _, o := range n.net.nodes {
		o.in.lose()
	}
}

type node struct {
	net    *Net
	shared bool
	cut    atomic.Bool
	in     *inbox
}

func (n *node) Publish(topic string, body []byte) error {
	if err := check(topic, body); err != nil {
		return err
	}
	if body == nil {
		body = []byte{} // nil says something else
	}
	n.net.mu.Lock() // all nodes get the messages in the same order
	defer n.net.mu.Unlock()
	for _, o := range n.net.nodes {
		if (o == n || !n.cut.Load() && !o.cut.Load()) && o.in.has(topic) {
			o.in.put(message{topic: topic, body: body})
		}
	}
	return nil
}

func (n *node) Subscribe(topic string, fn func([]byte)) (cancel func()) {
	s := n.in.subscribe(topic, fn)
	n.in.hold(topic)
	return func() { n.in.cancel(topic, s) }
}

func (n *node) Lost(fn func()) (cancel func()) { return n.in.onLost(fn) }

func (n *node) Shared() bool { return n.shared }

func (n *node) Run(ctx context.Context) error {
	n.in.run(ctx)
	return nil
}
