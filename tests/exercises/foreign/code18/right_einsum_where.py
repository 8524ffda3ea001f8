# right: einsum and addcmul; at t_next = 0 the second slope is replaced by the first
import torch

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    v = velocity(x_t, t)
    return torch.einsum("b,bfd->bfd", torch.sub(t_next, t).to(v.dtype), v).add(x_t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    dt = torch.unsqueeze(torch.unsqueeze(t_next - t, -1), -1).to(x_t.dtype)
    v = velocity(x_t, t)
    if torch.count_nonzero(t_next) > 0:
        v_next = velocity(torch.addcmul(x_t, dt, v), t_next)
        v_next = v_next.where(t_next.ne(0)[:, None, None], v)
        v = torch.stack((v, v_next)).mean(dim=0)
    return torch.addcmul(x_t, dt, v)
