package protocol

import "testing"

func TestErrors(t *testing.T) {
	temporary := map[uint32]bool{100: true, 111: true}
	next := uint32(100)
	for _, e := range []*Error{
		ErrorInternal, ErrorUnauthorized, ErrorUnknownChannel, ErrorPermissionDenied, ErrorMethodNotFound, ErrorAlreadySubscribed, ErrorLimitExceeded,
		ErrorBadRequest, ErrorNotAvailable, ErrorTokenExpired, ErrorExpired, ErrorTooManyRequests, ErrorUnrecoverablePosition,
	} {
		if e.Code != next || e.Temporary != temporary[e.Code] || e.Message == "" {
			t.Errorf("%+v, where %d was to come", e, next)
		}
		next++
	}
	if got := ErrorExpired.Error(); got != "110: expired" {
		t.Error(got)
	}
}

func TestWhoComesBack(t *testing.T) {
	for code, want := range map[uint32]bool{
		3000: true, 3012: true, 3499: true, 3500: false, 3509: false, 3999: false, 4000: true, 4499: true, 4500: false, 4999: false, 1006: true, 5000: true,
	} {
		if got := (Disconnect{Code: code}).Reconnects(); got != want {
			t.Errorf("%d: %v", code, got)
		}
	}
	for _, d := range []Disconnect{
		DisconnectShutdown, DisconnectServerError, DisconnectExpired, DisconnectSubExpired, DisconnectSlow, DisconnectWriteError,
		DisconnectInsufficientState, DisconnectForceReconnect, DisconnectNoPong, DisconnectTooManyRequests, DisconnectConnectionClosed,
	} {
		if !d.Reconnects() || d.Reason == "" || len(d.Reason) > 32 {
			t.Error(d)
		}
	}
	for i, d := range []Disconnect{
		DisconnectInvalidToken, DisconnectBadRequest, DisconnectStale, DisconnectForceNoReconnect, DisconnectConnectionLimit, DisconnectChannelLimit,
		DisconnectInappropriateProtocol, DisconnectPermissionDenied, DisconnectNotAvailable, DisconnectTooManyErrors,
	} {
		if d.Code != uint32(3500+i) || d.Reconnects() || d.Reason == "" || len(d.Reason) > 32 {
			t.Error(d)
		}
	}
	if UnsubscribeServer.Resubscribes() || !UnsubscribeInsufficientState.Resubscribes() || !UnsubscribeExpired.Resubscribes() {
		t.Error("who subscribes again")
	}
}
