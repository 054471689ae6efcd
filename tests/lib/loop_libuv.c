/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <uv.h>

#include "loop.h"

struct client {
	uv_tcp_t tcp;
	uv_timer_t patience;
	uv_connect_t connect;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct talk talk;
};

static struct client clients[ALL];
static uv_timer_t ticker;

static void end(struct client *c)
{
	if (uv_is_closing((uv_handle_t *)&c->tcp))
		return;
	uv_close((uv_handle_t *)&c->tcp, NULL);
	uv_close((uv_handle_t *)&c->patience, NULL);
	if (ended() == ALL)
		uv_timer_stop(&ticker);
}

static void room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct client *c = handle->data;
	struct talk *t = &c->talk;

	(void)wanted;
	*buf = uv_buf_init(t->echo + t->n, (unsigned)(sizeof(t->echo) - t->n));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;

	(void)buf;
	if (n > 0) {
		c->talk.n += (size_t)n;
	} else if (n < 0) {
		end_of_echo(&c->talk);
		end(c);
	}
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct client *c = connect->data;
	uv_stream_t *stream = (uv_stream_t *)&c->tcp;
	uv_buf_t buf = uv_buf_init(text, TEXT);

	if (uv_is_closing((uv_handle_t *)stream))
		return;
	if (status < 0) {
		end_by(-status);
		end(c);
		return;
	}
	c->talk.connected = true;
	uv_write(&c->write, stream, &buf, 1, NULL);
	uv_shutdown(&c->shutdown, stream, NULL);
	uv_read_start(stream, room, on_read);
}

static void on_patience(uv_timer_t *timer)
{
	struct client *c = timer->data;

	end_of_patience(&c->talk);
	end(c);
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
	note_tick();
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();

	uv_timer_init(loop, &ticker);
	uv_timer_start(&ticker, on_tick, 0, TICK_MS);
	for (int i = 0; i < ALL && argc == 2; i++) {
		struct sockaddr_in sin = target(argv[1], i);
		struct client *c = &clients[i];

		c->tcp.data = c->connect.data = c->patience.data = c;
		uv_tcp_init(loop, &c->tcp);
		uv_timer_init(loop, &c->patience);
		uv_timer_start(&c->patience, on_patience, PATIENCE_MS, 0);
		if (uv_tcp_connect(&c->connect, &c->tcp,
				   (struct sockaddr *)&sin, on_connected) < 0)
			errx(1, "connect");
	}
	uv_run(loop, UV_RUN_DEFAULT);
	return summary();
}
