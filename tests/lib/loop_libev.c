/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

struct client {
	ev_io io;
	ev_timer patience;
	struct talk talk;
};

static struct client clients[ALL];
static ev_timer ticker;

static void end(struct ev_loop *loop, struct client *c)
{
	ev_io_stop(loop, &c->io);
	ev_timer_stop(loop, &c->patience);
	close(c->io.fd);
	if (ended() == ALL)
		ev_break(loop, EVBREAK_ALL);
}

static void on_connected(struct ev_loop *loop, struct client *c)
{
	int error = 0, fd = c->io.fd;
	socklen_t len = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error == 0 && send(fd, text, TEXT, 0) != TEXT)
		error = EIO;
	if (error != 0) {
		end_by(error);
		end(loop, c);
		return;
	}
	shutdown(fd, SHUT_WR);
	c->talk.connected = true;
	ev_io_stop(loop, &c->io);
	ev_io_set(&c->io, fd, EV_READ);
	ev_io_start(loop, &c->io);
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
	struct client *c = io->data;
	struct talk *t = &c->talk;
	ssize_t n;

	(void)events;
	if (!t->connected) {
		on_connected(loop, c);
		return;
	}
	n = read(io->fd, t->echo + t->n, sizeof(t->echo) - t->n);
	if (n > 0) {
		t->n += (size_t)n;
		return;
	}
	end_of_echo(t);
	end(loop, c);
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct client *c = timer->data;

	(void)events;
	end_of_patience(&c->talk);
	end(loop, c);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	note_tick();
}

int main(int argc, char **argv)
{
	struct ev_loop *loop = ev_default_loop(0);

	ev_timer_init(&ticker, on_tick, 0, TICK_MS / 1000.0);
	ev_timer_start(loop, &ticker);
	for (int i = 0; i < ALL && argc == 2; i++) {
		struct sockaddr_in sin = target(argv[1], i);
		struct client *c = &clients[i];
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 ||
		    errno != EINPROGRESS)
			err(1, "connect");
		c->io.data = c->patience.data = c;
		ev_io_init(&c->io, on_io, fd, EV_WRITE);
		ev_io_start(loop, &c->io);
		ev_timer_init(&c->patience, on_patience, PATIENCE_MS / 1000.0,
			      0);
		ev_timer_start(loop, &c->patience);
	}
	ev_run(loop, 0);
	return summary();
}
