// SPDX-License-Identifier: MIT
// Recurrent encoders on torch::nn::GRU and torch::nn::LSTM.
#pragma once

#include <string>

#include "peers/encoder_torch.hpp"

namespace peer {

struct recurrent_settings {
    std::int64_t input = 75;  ///< values of a frame, M V C
    std::int64_t hidden = 1024, layers = 3;
    bool lstm = false, bidirectional = true;
};

/// Holds the library's layer under its name, as the published code does.
struct recurrent_layers_impl : nn::Module {
    explicit recurrent_layers_impl(const recurrent_settings& s) {
        if (s.lstm)
            lstm = register_module("lstm", nn::LSTM(options<nn::LSTMOptions>(s)));
        else
            gru = register_module("gru", nn::GRU(options<nn::GRUOptions>(s)));
    }
    /// The last states [layers * directions, N, hidden] after sequences [N, T, input].
    Tensor forward(const Tensor& x) {
        return lstm ? std::get<0>(std::get<1>(lstm(x))) : std::get<1>(gru(x));
    }

    nn::GRU gru{nullptr};
    nn::LSTM lstm{nullptr};

private:
    template <class Options>
    static Options options(const recurrent_settings& s) {
        return Options(s.input, s.hidden)
            .num_layers(s.layers)
            .bidirectional(s.bidirectional)
            .batch_first(true);
    }
};
TORCH_MODULE_IMPL(recurrent_layers, recurrent_layers_impl);

/// The last layer's final states, of both directions side by side.
struct recurrent : encoder {
    explicit recurrent(const recurrent_settings& s)
        : layers(register_module("encoder", recurrent_layers(s))),
          hidden(s.hidden),
          directions(s.bidirectional ? 2 : 1) {}
    std::int64_t width() const override { return directions * hidden; }
    Tensor forward(const Tensor& clips) override {
        const auto n = clips.size(0), t = clips.size(2);
        const Tensor last = layers(clips.permute({0, 2, 4, 3, 1}).reshape({n, t, -1}));
        return last.slice(0, last.size(0) - directions).transpose(0, 1).reshape({n, -1});
    }

    recurrent_layers layers;
    std::int64_t hidden, directions;
};

}  // namespace peer
