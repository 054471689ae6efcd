/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "loop.h"

static struct event_base *base;
static struct talk talks[ALL];

static void end(struct bufferevent *bev)
{
	bufferevent_free(bev);
	if (ended() == ALL)
		event_base_loopbreak(base);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct talk *t = arg;

	if (what & BEV_EVENT_CONNECTED) {
		t->connected = true;
		bufferevent_write(bev, text, TEXT);
		return;
	}
	t->n = bufferevent_read(bev, t->echo, sizeof(t->echo));
	if (what & BEV_EVENT_TIMEOUT)
		end_of_patience(t);
	else if (what & BEV_EVENT_ERROR)
		end_by(EVUTIL_SOCKET_ERROR());
	else
		end_of_echo(t);
	end(bev);
}

/* All is written: say so to the other end. */
static void on_written(struct bufferevent *bev, void *arg)
{
	(void)arg;
	shutdown(bufferevent_getfd(bev), SHUT_WR);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	note_tick();
}

int main(int argc, char **argv)
{
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };

	base = event_base_new();
	event_add(event_new(base, -1, EV_PERSIST, on_tick, NULL), &tick);
	for (int i = 0; i < ALL && argc == 2; i++) {
		struct sockaddr_in sin = target(argv[1], i);
		struct bufferevent *bev = bufferevent_socket_new(
			base, -1, BEV_OPT_CLOSE_ON_FREE);

		bufferevent_setcb(bev, NULL, on_written, on_event, &talks[i]);
		bufferevent_set_timeouts(bev, &patience, &patience);
		bufferevent_enable(bev, EV_READ | EV_WRITE);
		if (bufferevent_socket_connect(bev, (struct sockaddr *)&sin,
					       sizeof(sin)) < 0)
			err(1, "connect");
	}
	event_base_dispatch(base);
	return summary();
}
