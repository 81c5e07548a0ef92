// SPDX-License-Identifier: MIT
// Recurrent encoders on torch::nn::GRU and torch::nn::LSTM.
#pragma once

#include <string>

#include "peers/encoder_torch.hpp"

namespace peer {

struct recurrent_settings {
    std::int64_t input = 75;  ///< values of a frame
    std::int64_t hidden = 1024, layers = 3;
    bool bidirectional = true;
};

template <class Options>
Options recurrent_options(const recurrent_settings& s) {
    return Options(s.input, s.hidden)
        .num_layers(s.layers)
        .bidirectional(s.bidirectional)
        .batch_first(true);
}

/// Holds the layers under the name that skeleton-contrast gives them, encoder.gru.
struct gru_layers_impl : nn::Module {
    explicit gru_layers_impl(const recurrent_settings& s)
        : gru(register_module("gru", nn::GRU(recurrent_options<nn::GRUOptions>(s)))) {}
    nn::GRU gru;
};
TORCH_MODULE_IMPL(gru_layers, gru_layers_impl);

/// Frames in the order M V C; the last layer's final states, of both directions side by side.
struct gru_encoder : encoder {
    explicit gru_encoder(const recurrent_settings& s)
        : layers(register_module("encoder", gru_layers(s))),
          hidden(s.hidden),
          directions(s.bidirectional ? 2 : 1) {}
    std::int64_t width() const override { return directions * hidden; }
    Tensor forward(const Tensor& clips) override {
        const auto n = clips.size(0), t = clips.size(2);
        const Tensor last =
            std::get<1>(layers->gru(clips.permute({0, 2, 4, 3, 1}).reshape({n, t, -1})));
        return last.slice(0, last.size(0) - directions).transpose(0, 1).reshape({n, -1});
    }

    gru_layers layers;
    std::int64_t hidden, directions;
};

/// Under the name that AS-CAL gives it; frames in the order C V M, the mean of all states.
struct lstm_encoder : encoder {
    explicit lstm_encoder(const recurrent_settings& s)
        : bi_lstm(register_module("bi_lstm", nn::LSTM(recurrent_options<nn::LSTMOptions>(s)))),
          hidden(s.hidden),
          directions(s.bidirectional ? 2 : 1) {}
    std::int64_t width() const override { return directions * hidden; }
    Tensor forward(const Tensor& clips) override {
        const auto n = clips.size(0), t = clips.size(2);
        return std::get<0>(bi_lstm(clips.permute({0, 2, 1, 3, 4}).reshape({n, t, -1}))).mean(1);
    }

    nn::LSTM bi_lstm;
    std::int64_t hidden, directions;
};

}  // namespace peer
